-- Which of the waiting ones, oldest first, have no turn: nobody would come to look at them.
-- A turn is there while BullMQ's deduplication key names a job that exists.
-- KEYS waiting
-- ARGV 1 waiting since at most (ms), 2 offset, 3 how many, 4 root, 5 queue, or '' when a member says
--      it: <account> <conversation> -> replies-<account>
-- -> { how many were looked at, { members } }
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', ARGV[2], ARGV[3])
local due = {}
for _, member in ipairs(members) do
  local queue, conversation = ARGV[5], member
  if queue == '' then
    local account, rest = string.match(member, '^(%S+) (.*)$')
    queue, conversation = 'replies-' .. (account or ''), rest or ''
  end
  local jobs = ARGV[4] .. ':' .. queue .. ':'
  local turn = redis.call('GET', jobs .. 'de:' .. conversation)
  if not turn or redis.call('EXISTS', jobs .. turn) == 0 then
    due[#due + 1] = member
  end
end
return { #members, due }
