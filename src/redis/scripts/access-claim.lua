-- Makes a person the owner if there is none. KEYS: owners (SET). ARGV: person. Returns 1 if they are it now.
if redis.call('SCARD', KEYS[1]) == 0 then redis.call('SADD', KEYS[1], ARGV[1]) end
return redis.call('SISMEMBER', KEYS[1], ARGV[1])
