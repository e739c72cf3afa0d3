-- Put before begin.lua, settle.lua and postpone.lua.
-- An entry of a prompt list: <id> <history epoch> <arrival> <JSON>. Nothing here decodes the JSON.

local function id_of(entry)
  return string.match(entry, '^(%S+) ') or ''
end

local function arrival_of(entry)
  return tonumber(string.match(entry, '^%S+ %S+ (%S+) ')) or 0
end

-- Looks at the head without popping it: { entry or nil, attempts, starts, stopped, gate closed }.
-- `starts` counts the runs that never came to an orderly end, this one included.
local function look(list, conversation, gate)
  local entry = redis.call('LINDEX', list, 0)
  if not entry then
    return { false, 0, 0, 0, 0 }
  end
  local id = id_of(entry)
  local state = redis.call('HMGET', conversation, 'head', 'attempts', 'starts', 'stop:' .. id)
  local closed = redis.call('EXISTS', gate)
  local stopped = state[4] and 1 or 0
  local attempts, starts = 0, 0
  if state[1] == id then
    attempts = tonumber(state[2]) or 0
    starts = tonumber(state[3]) or 0
  else
    redis.call('HDEL', conversation, 'notice')
  end
  if closed == 0 then
    starts = starts + 1
  end
  redis.call('HSET', conversation, 'head', id, 'attempts', attempts, 'starts', starts)
  return { entry, attempts, starts, stopped, closed }
end

-- Whether `epoch` still is the conversation's turn.
local function holds(conversation, epoch)
  return redis.call('HGET', conversation, 'turn_epoch') == epoch
end

-- -> 1 if a turn has to be added; while there is something before it, its turn is there, or the
-- sweeper adds it.
local function push_reply(list, waiting, member, now, entry)
  local length = redis.call('RPUSH', list, entry)
  redis.call('ZADD', waiting, 'NX', now, member)
  return length == 1 and 1 or 0
end
