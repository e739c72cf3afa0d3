-- Claims the one re-send of a refresh token whose answer was lost. Granted once for a generation,
-- and only when its access token is of no more use (or `window`, for servers known to forgive).
-- ARGV: 3 epoch 4 gen 5 old attempt 6 new attempt 7 owner 8 lease ms 9 mode (owner, stranger)
--       10 ms a stranger waits after the first send 11 ms before expiry that count as dead
--       12,13 the forgiving window in ms after the first send (0,0: none)
local rec, intent = hash(REC), hash(INTENT)
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] or rec.st ~= 'active' then
  return { 'STALE', NOW }
end
if intent.attempt == ARGV[6] and intent.phase == 'prepared' then
  return { 'WON', NOW, flat(REC) }
end
local lost = intent.phase == 'sent' or num(intent.resends) > 0
if intent.attempt ~= ARGV[5] or not lost or intent.epoch ~= rec.epoch or intent.gen ~= rec.gen then
  return { 'STALE', NOW }
end
local lease = redis.call('GET', LEASE)
local mine = ARGV[9] == 'owner' and (not lease or lease == ARGV[5])
if not mine and lease then
  return { 'BUSY', NOW, 'sent', redis.call('PTTL', LEASE) }
end
local age = NOW - num(intent.sent_at)
local dead = num(rec.exp_ms) - num(ARGV[11]) <= NOW or rec.rejected_gen == rec.gen
local forgiving = num(ARGV[13]) > 0 and age >= num(ARGV[12]) and age <= num(ARGV[13])
if not mine and not forgiving and age < num(ARGV[10]) then
  return { 'PARKED', NOW, num(intent.sent_at) + num(ARGV[10]) }
end
if not dead and not forgiving then
  return { 'PARKED', NOW, num(rec.exp_ms) - num(ARGV[11]) }
end
if num(rec.next_at) > NOW then
  return { 'PARKED', NOW, num(rec.next_at) }
end
if num(intent.resends) > 0 and intent.phase == 'sent' then
  redis.call('HSET', REC, 'st', alive(rec) and 'at_only' or 'quarantined', 'q_reason', 'answer-lost', 'q_at', int(NOW))
  redis.call('DEL', INTENT, LEASE)
  note('quarantined', rec.epoch, rec.gen, 'answer-lost')
  tell(CID, rec.epoch, rec.gen, 'dead')
  return { 'SPENT', NOW }
end
redis.call('HSET', INTENT, 'attempt', ARGV[6], 'owner', ARGV[7], 'resends', '1', 'phase', 'prepared', 'at', int(NOW))
redis.call('SET', LEASE, ARGV[6], 'PX', ARGV[8])
note('resend', rec.epoch, rec.gen, ARGV[9])
return { 'WON', NOW, flat(REC) }
