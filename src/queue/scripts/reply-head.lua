-- Put before begin-delivery.lua and pop-reply.lua.
-- An entry of a reply list: <id> <pushed at> <anchor> <JSON>.

local function id_of(entry)
  return string.match(entry, '^(%S+) ') or ''
end

-- Looks at the head without popping it: { entry or nil, taken over, attempts, untouched }. It is taken
-- over when another process began it, or posted anything under its anchor, before; untouched when
-- nobody ever noted a post under its anchor.
local function look_at_reply(list, conversation, holder, receipts)
  local entry = redis.call('LINDEX', list, 0)
  if not entry then
    return { false, 0, 0, 0 }
  end
  local id, anchor = string.match(entry, '^(%S+) %S+ (%S+) ')
  id = id or id_of(entry)
  local state = redis.call('HMGET', conversation, 'reply', 'reply_by', 'reply_attempts')
  local taken_over, attempts = 0, 0
  if state[1] == id then
    attempts = tonumber(state[3]) or 0
    if state[2] ~= holder then
      taken_over = 1
    end
  end
  local poster = anchor and redis.call('HGET', receipts .. anchor, 'by')
  if poster and poster ~= holder then
    taken_over = 1
  end
  redis.call('HSET', conversation, 'reply', id, 'reply_by', holder, 'reply_attempts', attempts)
  return { entry, taken_over, attempts, poster and 0 or 1 }
end
