"""What the benchmark tells the transaction per request."""

POOL_SIZE_VARIABLE = "BENCHMARK_POOL_SIZE"
