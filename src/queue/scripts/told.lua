-- Put before enqueue.lua and notify.lua.

-- Whether this author, or group, still has to be told of the incident that closed the gate; if so, notes it.
local function must_tell(gate, told, author, lifetime)
  local incident = redis.call('HGET', gate, 'incident') or ''
  if redis.call('HGET', told, 'incident') ~= incident then
    redis.call('DEL', told)
    redis.call('HSET', told, 'incident', incident)
    redis.call('PEXPIRE', told, lifetime)
  end
  return redis.call('HSETNX', told, 'author:' .. author, '1') == 1
end
