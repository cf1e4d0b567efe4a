-- What wrk sends beyond one fixed GET, and its figures as one line of JSON.
--
-- Arguments after `--`, as name=value:
--   method=PUT       the request's method
--   body=...         its body; each %d in it becomes a number that no other request of the run has
--   type=...         its Content-Type
--   ids=FILE         session ids, one a line and all of one length: each request carries a random one
--   cookie=NAME      the session cookie's name, with `ids`

function init(args)
  local options = {}
  for _, arg in ipairs(args) do
    local name, value = arg:match("^(%w+)=(.*)$")
    options[name] = value
  end
  wrk.method = options.method or "GET"
  if options.type then wrk.headers["Content-Type"] = options.type end
  local nextId = options.ids and randomIdsOf(options.ids)
  if options.body and options.body:find("%d", 1, true) then
    sendNumberedBodies(options.body, options.cookie, nextId)
  elseif nextId then
    sendRandomIds(options.cookie, nextId)
  else
    wrk.body = options.body
  end
end

function randomIdsOf(path)
  local ids = assert(io.open(path, "rb")):read("*a")
  local width = ids:find("\n", 1, true)
  local count = #ids / width
  math.randomseed(os.time())
  return function()
    local start = math.random(0, count - 1) * width
    return ids:sub(start + 1, start + width - 1)
  end
end

-- The request is cut in two around the cookie's value once; making one is a look-up and a concatenation.
function sendRandomIds(cookie, nextId)
  wrk.headers["Cookie"] = cookie .. "=@@"
  local before, after = wrk.format():match("^(.*)@@(.*)$")
  request = function() return before .. nextId() .. after end
end

function sendNumberedBodies(template, cookie, nextId)
  local number = 0
  request = function()
    number = number + 1
    if nextId then wrk.headers["Cookie"] = cookie .. "=" .. nextId() end
    return wrk.format(nil, nil, nil, (template:gsub("%%d", number)))
  end
end

-- This process's own time in user and system: fields 14 and 15 of proc(5), in ticks of 1/100 s.
local function cpuSeconds()
  local stat = assert(io.open("/proc/self/stat")):read("*a")
  local fields = {}
  for field in stat:match("^.*%) (.*)$"):gmatch("%S+") do fields[#fields + 1] = field end
  return (fields[12] + fields[13]) / 100
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50Ms":%.4f,"p99Ms":%.4f,"maxMs":%.4f,"errors":%d,"cpuSeconds":%.2f}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout, cpuSeconds()))
end
