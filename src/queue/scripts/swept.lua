-- Notes that all who waited were told of this incident, if it still is the one.
-- KEYS gate, told
-- ARGV 1 incident, 2 lifetime of told (ms)
local incident = redis.call('HGET', KEYS[1], 'incident') or ''
if redis.call('EXISTS', KEYS[1]) == 0 or incident ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[2], 'incident', incident, 'swept', '1')
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
