-- Changes or drops a prompt that waits, found by its address; one that has begun is left alone, and
-- so is one that was made of several messages (its id ends in `.all`).
-- KEYS 1 list, 2 conversation, 3 waiting, 4 count
-- ARGV 1 address, 2 'change' or 'drop', 3 new text, 4 member of waiting, 5 root of what is reserved
-- -> 'changed' | 'dropped' | 'left'
local function prompt_of(entry)
  local decoded, prompt = pcall(cjson.decode, string.match(entry, '^%S+ %S+ %S+ (.*)$') or '')
  return decoded and type(prompt) == 'table' and prompt or {}
end

local function has_begun(id)
  local state = redis.call('HMGET', KEYS[2], 'head', 'attempts', 'starts')
  return state[1] == id and (tonumber(state[2]) or 0) + (tonumber(state[3]) or 0) > 0
end

-- The keys are known only now; they have the hash tag of all the others.
local function release_all(prompt, id)
  local day = math.floor((tonumber(prompt.receivedAtMs) or 0) / 86400000)
  local author = type(prompt.author) == 'table' and tostring(prompt.author.id) or ''
  local chat = 'chat:' .. tostring(prompt.chat or prompt.conversation)
  for _, scope in ipairs({ author, chat, 'all' }) do
    release(string.format('%s%d:%s', ARGV[5], day, scope), id)
  end
end

for index, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local prompt, id = prompt_of(entry), string.match(entry, '^(%S+) ') or ''
  if prompt.address == ARGV[1] and not string.find(id, '%.all$') then
    if index == 1 and has_begun(id) then
      return 'left'
    end
    if ARGV[2] == 'change' then
      prompt.text = ARGV[3]
      local words = string.match(entry, '^%S+ %S+ %S+ ')
      redis.call('LSET', KEYS[1], index - 1, words .. cjson.encode(prompt))
      return 'changed'
    end
    redis.call('LREM', KEYS[1], 1, entry)
    release_all(prompt, id)
    local head = redis.call('LINDEX', KEYS[1], 0)
    if head then
      redis.call('ZADD', KEYS[3], tonumber(string.match(head, '^%S+ %S+ (%S+) ')) or 0, ARGV[4])
    else
      redis.call('ZREM', KEYS[3], ARGV[4])
    end
    if redis.call('EXISTS', KEYS[3]) == 0 then
      redis.call('DEL', KEYS[4])
    else
      redis.call('DECR', KEYS[4])
    end
    return 'dropped'
  end
end
return 'left'
