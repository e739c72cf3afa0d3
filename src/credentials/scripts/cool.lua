-- Benches a member, one model of it, or a whole team. A longer bench is never shortened.
-- ARGV: 3 entry (`name|model|reason`, the name of a team begins with @) 4 ms 5 ms if nobody else
--       serves (the only member is not benched for long)
redis.call('ZREMRANGEBYSCORE', COOL, '-inf', '(' .. int(NOW))
local ms = num(ARGV[4])
local others = false
for _, cid in ipairs(redis.call('HKEYS', MEMBERS)) do
  if cid ~= CID and serves(cid) then
    others = true
  end
end
if not others then
  ms = math.min(ms, num(ARGV[5]))
end
local till = math.max(NOW + ms, num(redis.call('ZSCORE', COOL, ARGV[3]) or '0'))
redis.call('ZADD', COOL, int(till), ARGV[3])
local last = redis.call('ZRANGE', COOL, -1, -1, 'WITHSCORES')[2]
redis.call('PEXPIREAT', COOL, int(num(last) + 1))
tell(CID, '0', '0', 'cool')
return { 'OK', NOW, till }
