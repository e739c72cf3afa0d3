-- Records that the refresh token is about to leave; without a 'SENT' from here nothing is posted.
-- ARGV: 3 epoch 4 gen 5 attempt 6 lease ms
local rec, intent = hash(REC), hash(INTENT)
if intent.attempt ~= ARGV[5] or redis.call('GET', LEASE) ~= ARGV[5] or rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] then
  return { 'LOST', NOW }
end
if intent.phase ~= 'sent' then
  redis.call('HSET', INTENT, 'phase', 'sent', 'sent_at', int(NOW))
end
redis.call('PEXPIRE', LEASE, ARGV[6])
return { 'SENT', NOW }
