-- Sends the requests of a file in turn, from a given one on: wrk ... -- FILE START
local requests = {}
local position = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in file:read("*a"):gmatch("([^\30]+)\30") do
    requests[#requests + 1] = request
  end
  file:close()
  position = tonumber(args[2]) % #requests
end

function request()
  position = position % #requests + 1
  return requests[position]
end
