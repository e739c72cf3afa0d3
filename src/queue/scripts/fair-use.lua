-- Put before enqueue.lua. The first two look and change nothing.

-- The generic cell rate algorithm: `tat` is when the next request would be due at an even pace, and
-- may lie at most `tolerance` ahead. -> how long (ms) this one has to wait, 0: it need not
local function must_wait(rate, now, tolerance)
  local tat = tonumber(redis.call('GET', rate)) or 0
  return math.max(0, math.ceil(tat - tolerance - now))
end

-- Whether what was spent today, with what is reserved for prompts under way, has reached the budget.
local function is_spent(usage, reserved, budget)
  local sum = tonumber(redis.call('HGET', usage, 'cost')) or 0
  for _, ticks in ipairs(redis.call('HVALS', reserved)) do
    sum = sum + (tonumber(ticks) or 0)
  end
  return sum >= budget
end

local function note_rate(rate, now, interval)
  local tat = math.max(now, tonumber(redis.call('GET', rate)) or 0) + interval
  redis.call('SET', rate, string.format('%.3f', tat), 'PX', math.ceil(tat - now))
end

-- Reserves what an answer has cost this author on average today, or `standard` before the first.
local function reserve(usage, reserved, id, standard, lifetime)
  local day = redis.call('HMGET', usage, 'cost', 'answers')
  local cost, answers = tonumber(day[1]) or 0, tonumber(day[2]) or 0
  local ticks = tonumber(standard)
  if cost > 0 and answers > 0 then
    ticks = math.ceil(cost / answers)
  end
  redis.call('HSET', reserved, id, string.format('%.0f', ticks))
  redis.call('PEXPIRE', reserved, lifetime)
end
