-- Takes a prompt in: known, refused, or stored.
-- KEYS 1 seen, 2 list, 3 conversation, 4 waiting, 5 count, 6 gate, 7 told, 8 replies, 9 waiting replies,
--      10 rate, 11 usage of the author today, 12 reserved of the author, 13 history of the epoch in 20
-- ARGV 1 id, 2 JSON, 3 arrival (ms), 4 member of waiting, 5 member of waiting replies, 6 now (ms),
--      7 most of a conversation, 8 most of all, 9 entry of the busy word, 10 entry of the notice,
--      11 author, 12 lifetime of seen (ms), 13 lifetime of told (ms), 14 ms between requests or 0,
--      15 how far ahead of that pace (ms), 16 budget (ticks) or 0, 17 what the first answer is
--      reserved, 18 lifetime of what is reserved (ms), 19 exchange that this prompt takes the place
--      of, or '', 20 history epoch of that exchange
-- -> { 'known', prompts waiting, replies waiting } | { 'full', 0, 1 } | { 'queued', 1, 1 if told }
--    | { 'too-fast', ms to wait, 0 } | { 'spent', 0, 0 } | { 'moved', 0, 0 }: nothing was changed
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'known', redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[8]) }
end
local total = tonumber(redis.call('GET', KEYS[5])) or 0
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[7]) or total >= tonumber(ARGV[8]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[12])
  redis.call('RPUSH', KEYS[8], ARGV[9])
  redis.call('ZADD', KEYS[9], 'NX', ARGV[6], ARGV[5])
  return { 'full', 0, 1 }
end
local now, interval, budget = tonumber(ARGV[6]), tonumber(ARGV[14]), tonumber(ARGV[16])
if interval > 0 then
  local wait = must_wait(KEYS[10], now, tonumber(ARGV[15]))
  if wait > 0 then
    return { 'too-fast', wait, 0 }
  end
end
if budget > 0 and is_spent(KEYS[11], KEYS[12], budget) then
  return { 'spent', 0, 0 }
end
local epoch = redis.call('HGET', KEYS[3], 'history_epoch') or '0'
if ARGV[19] ~= '' then
  if epoch ~= ARGV[20] or redis.call('LINDEX', KEYS[13], -1) ~= ARGV[19] then
    return { 'moved', 0, 0 }
  end
  redis.call('RPOP', KEYS[13])
end
if interval > 0 then
  note_rate(KEYS[10], now, interval)
end
if budget > 0 then
  reserve(KEYS[11], KEYS[12], ARGV[1], ARGV[17], ARGV[18])
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[12])
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
