-- wrk: every request makes another learner's namespace
local thread = 0
function setup(made)
  made:set("number", thread)
  thread = thread + 1
end
function init(args)
  count = 0
  run = args[1]
  key = args[2]
end
function request()
  count = count + 1
  local body = string.format('{"learner_id":"load-%s-%d-%d","subjects":["math"]}', run, number, count)
  return wrk.format("POST", nil, { ["X-API-Key"] = key, ["Content-Type"] = "application/json" }, body)
end
