-- Takes a prompt in: known, refused because too many wait, or stored.
-- KEYS 1 seen, 2 list, 3 conversation, 4 waiting, 5 count, 6 gate, 7 told, 8 replies, 9 waiting replies
-- ARGV 1 id, 2 JSON, 3 arrival (ms), 4 member of waiting, 5 member of waiting replies, 6 now (ms),
--      7 most of a conversation, 8 most of all, 9 entry of the busy word, 10 entry of the notice,
--      11 author, 12 lifetime of seen (ms), 13 lifetime of told (ms)
-- -> { 'known', prompts waiting, replies waiting } | { 'full', 0, 1 } | { 'queued', 1, 1 if told }
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'known', redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[8]) }
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[12])
local total = tonumber(redis.call('GET', KEYS[5])) or 0
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[7]) or total >= tonumber(ARGV[8]) then
  redis.call('RPUSH', KEYS[8], ARGV[9])
  redis.call('ZADD', KEYS[9], 'NX', ARGV[6], ARGV[5])
  return { 'full', 0, 1 }
end
local epoch = redis.call('HGET', KEYS[3], 'history_epoch') or '0'
redis.call('RPUSH', KEYS[2], ARGV[1] .. ' ' .. epoch .. ' ' .. ARGV[3] .. ' ' .. ARGV[2])
redis.call('ZADD', KEYS[4], 'NX', ARGV[3], ARGV[4])
redis.call('INCR', KEYS[5])
local told = 0
if redis.call('EXISTS', KEYS[6]) == 1 and must_tell(KEYS[6], KEYS[7], ARGV[11], ARGV[13]) then
  redis.call('RPUSH', KEYS[8], ARGV[10])
  redis.call('ZADD', KEYS[9], 'NX', ARGV[6], ARGV[5])
  told = 1
end
return { 'queued', 1, told }
