-- Put before enqueue.lua. A scope is what a limit holds for: a person, a chat, all.
-- Of each there are the keys rate, usage of the day, reserved of the day and of the day before; and
-- the arguments ms between requests or 0, how far ahead of that pace (ms), budget (ticks) or 0.

local function scope_at(index, first_key, first_argument)
  local key, argument = first_key + 4 * (index - 1), first_argument + 3 * (index - 1)
  return {
    rate = KEYS[key],
    usage = KEYS[key + 1],
    reserved = KEYS[key + 2],
    reserved_before = KEYS[key + 3],
    interval = tonumber(ARGV[argument]),
    tolerance = tonumber(ARGV[argument + 1]),
    budget = tonumber(ARGV[argument + 2]),
  }
end

-- The generic cell rate algorithm: the rate is when the next request would be due at an even pace,
-- and may lie at most `tolerance` ahead. -> how long (ms) this one has to wait, 0: it need not
local function must_wait(scope, now)
  if scope.interval == 0 then
    return 0
  end
  local due = tonumber(redis.call('GET', scope.rate)) or 0
  return math.max(0, math.ceil(due - scope.tolerance - now))
end

-- Whether what was spent today, with what is reserved for prompts under way, has reached the budget.
local function is_spent(scope)
  if scope.budget == 0 then
    return false
  end
  local sum = tonumber(redis.call('HGET', scope.usage, 'cost')) or 0
  for _, reserved in ipairs({ scope.reserved, scope.reserved_before }) do
    sum = sum + (tonumber(redis.call('HGET', reserved, '=')) or 0)
  end
  return sum >= scope.budget
end

local function note_rate(scope, now)
  if scope.interval > 0 then
    local due = math.max(now, tonumber(redis.call('GET', scope.rate)) or 0) + scope.interval
    redis.call('SET', scope.rate, string.format('%.3f', due), 'PX', math.ceil(due - now))
  end
end

-- What an answer has cost on average today: of this person, else in this chat, else of all.
local function likely_cost(scopes, standard)
  for _, scope in ipairs(scopes) do
    local day = redis.call('HMGET', scope.usage, 'cost', 'answers')
    local cost, answers = tonumber(day[1]) or 0, tonumber(day[2]) or 0
    if cost > 0 and answers > 0 then
      return math.ceil(cost / answers)
    end
  end
  return tonumber(standard)
end

local function reserve(scope, id, ticks, lifetime)
  if scope.budget > 0 then
    redis.call('HSET', scope.reserved, id, string.format('%.0f', ticks))
    redis.call('HINCRBY', scope.reserved, '=', string.format('%.0f', ticks))
    redis.call('PEXPIRE', scope.reserved, lifetime)
  end
end
