-- Put before enqueue.lua and undo.lua.

-- Takes the newest exchange out of a history. What was condensed of it goes, too: the summary, which
-- covers the exchanges up to one of them; the others that it covered are still there.
local function take_newest(history, summary)
  local newest = redis.call('RPOP', history)
  if newest and redis.call('HGET', summary, 'through') == newest then
    redis.call('DEL', summary)
  end
end
