-- The owner is alive. A lease that ran out (a pause) is taken up again while the intent is still
-- the owner's; an intent that Redis forgot is written again as far as this attempt had come.
-- ARGV: 3 epoch 4 gen 5 attempt 6 lease ms 7 owner 8 phase 9 sent at 10 reason 11 resends
local rec, intent = hash(REC), hash(INTENT)
if rec.epoch ~= ARGV[3] or rec.gen ~= ARGV[4] then
  return { 'LOST', NOW }
end
if not intent.attempt then
  redis.call('HSET', INTENT, 'epoch', ARGV[3], 'gen', ARGV[4], 'attempt', ARGV[5], 'owner', ARGV[7], 'phase', ARGV[8], 'reason', ARGV[10], 'at', int(NOW), 'sent_at', ARGV[9], 'resends', ARGV[11])
elseif intent.attempt ~= ARGV[5] then
  return { 'LOST', NOW }
end
redis.call('SET', LEASE, ARGV[5], 'PX', ARGV[6])
return { 'HELD', NOW }
