-- Put before settle.lua and amend.lua.
-- What is reserved in a scope on a day is a HASH: prompt to ticks, and `=` to the sum of them.

-- -> what was reserved (ticks), 0: nothing
local function release(reserved, id)
  local ticks = redis.call('HGET', reserved, id)
  if ticks then
    redis.call('HDEL', reserved, id)
    redis.call('HINCRBY', reserved, '=', '-' .. ticks)
    if redis.call('HLEN', reserved) == 1 then
      redis.call('DEL', reserved)
    end
  end
  return tonumber(ticks or 0)
end
