-- Allows the person who holds a live code. KEYS: asks, codes, allowed (SET), denied (SET). ARGV: code, now.
-- Returns the person, or false.
local person = redis.call('HGET', KEYS[2], ARGV[1])
if not person then return false end
local ask = redis.call('HGET', KEYS[1], person)
if not ask or cjson.decode(ask).expires <= tonumber(ARGV[2]) then return false end
redis.call('SADD', KEYS[3], person)
redis.call('SREM', KEYS[4], person)
return person
