-- Keeps a pairing code for a person. KEYS: asks (HASH person -> JSON), codes (HASH code -> person).
-- ARGV: person, code, message, now, lifetime, quiet, most, place (JSON). Returns {code, message} or 'full'.
-- What a newer version wrote is left alone: it counts, and whoever it is of is not answered here.
local person, code, message = ARGV[1], ARGV[2], ARGV[3]
local now, lifetime, quiet, most = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local function read(json)
  local decoded, ask = pcall(cjson.decode, json)
  if not decoded or type(ask) ~= 'table' then return 'broken' end
  if (tonumber(ask.v) or 1) > 1 then return 'newer' end
  if tonumber(ask.expires) == nil or type(ask.code) ~= 'string' then return 'broken' end
  return 'whole', ask
end

local others = 0
local asks = redis.call('HGETALL', KEYS[1])
local mine
for i = 1, #asks, 2 do
  local kind, ask = read(asks[i + 1])
  if kind == 'newer' then
    if asks[i] == person then return 'full' end
    others = others + 1
  elseif kind == 'broken' then
    redis.call('HDEL', KEYS[1], asks[i])
  elseif ask.expires <= now then
    redis.call('HDEL', KEYS[1], asks[i])
    redis.call('HDEL', KEYS[2], ask.code)
  elseif asks[i] == person then
    mine = ask
  else
    others = others + 1
  end
end

if not mine then
  if others >= most then return 'full' end
  mine = { code = code, message = message, told = now }
elseif mine.message ~= message and now - mine.told >= quiet then
  mine.message = message
  mine.told = now
end
mine.v = 1
mine.place = ARGV[8]
mine.expires = now + lifetime
redis.call('HSET', KEYS[1], person, cjson.encode(mine))
redis.call('HSET', KEYS[2], mine.code, person)
redis.call('PEXPIRE', KEYS[1], lifetime)
redis.call('PEXPIRE', KEYS[2], lifetime)
return { mine.code, mine.message }
