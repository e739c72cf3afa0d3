-- A file says that a refresh token was sent and Redis does not, or knows of fewer sends: the intent
-- is written again. ARGV: 3 epoch 4 gen 5 spent fingerprint 6 attempt 7 owner 8 resends (0, 1)
local rec, intent = hash(REC), hash(INTENT)
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] or rec.rt_fp ~= ARGV[5] or rec.st ~= 'active' then
  return { 'STALE', NOW }
end
local known = intent.epoch == rec.epoch and intent.gen == rec.gen
if known and intent.phase == 'sent' and num(intent.resends) >= num(ARGV[8]) then
  return { 'KNOWN', NOW }
end
if known and num(intent.resends) > num(ARGV[8]) then
  return { 'KNOWN', NOW }
end
redis.call('DEL', INTENT)
redis.call('HSET', INTENT, 'epoch', ARGV[3], 'gen', ARGV[4], 'attempt', ARGV[6], 'owner', ARGV[7], 'phase', 'sent', 'reason', 'proactive', 'at', int(NOW), 'sent_at', int(NOW), 'resends', ARGV[8])
note('parked', rec.epoch, rec.gen, ARGV[6])
return { 'PARKED', NOW }
