-- SPDX-License-Identifier: GPL-2.0-or-later
-- For wrk, with "pipeline NUMBER" or "many NUMBER FORMAT SEED" as arguments, or none.

local function pipeline(number)
	local batch = string.rep(wrk.format(), number)
	return function() return batch end
end

local function many(number, format, seed)
	local requests = {}
	for i = 0, number - 1 do
		requests[i] = wrk.format(nil, string.format(format, i))
	end
	local random = math.random
	math.randomseed(seed)
	return function() return requests[random(0, number - 1)] end
end

function init(args)
	if args[1] == "pipeline" then
		request = pipeline(tonumber(args[2]))
	elseif args[1] == "many" then
		request = many(tonumber(args[2]), args[3], tonumber(args[4]))
	end
end

-- Times are in microseconds.
function done(summary, latency, requests)
	local errors = summary.errors
	io.write(string.format(
		'\n{"requests": %d, "us": %d, "octets": %d, "errors": %d, "p50": %d, "p99": %d, "p99.9": %d}\n',
		summary.requests, summary.duration, summary.bytes,
		errors.connect + errors.read + errors.write + errors.status + errors.timeout,
		latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
