-- Notes something of what was posted for an anchor.
-- KEYS 1 receipts
-- ARGV 1 field, 2 value, 3 who notes it, 4 lifetime (ms)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], 'by', ARGV[3], 'v', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
