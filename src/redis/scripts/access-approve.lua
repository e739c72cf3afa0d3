-- Allows the person who holds a live code. KEYS: asks, codes, allowed (SET), denied (SET). ARGV: code, now.
-- Returns the person, or false: also for what a newer version wrote, or nobody can read.
local person = redis.call('HGET', KEYS[2], ARGV[1])
if not person then return false end
local json = redis.call('HGET', KEYS[1], person)
local decoded, ask = pcall(cjson.decode, json or '')
if not decoded or type(ask) ~= 'table' or (tonumber(ask.v) or 1) > 1 then return false end
if (tonumber(ask.expires) or 0) <= tonumber(ARGV[2]) then return false end
redis.call('SADD', KEYS[3], person)
redis.call('SREM', KEYS[4], person)
return person
