"""The standards of a Python backend as a program that reads one and says where it departs from them."""
