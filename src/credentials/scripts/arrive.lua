-- A process looks at this run of Redis for the first time. ARGV: 3 the run's id
-- Replies for how many ms the fleet has known the run; -1 when Redis holds no other run's data.
if redis.call('HGET', RUN, 'id') ~= ARGV[3] then
  local first = redis.call('EXISTS', RUN) == 0
  redis.call('HSET', RUN, 'id', ARGV[3], 'since', first and '0' or int(NOW))
end
local since = num(redis.call('HGET', RUN, 'since'))
return { 'OK', NOW, since == 0 and -1 or NOW - since }
