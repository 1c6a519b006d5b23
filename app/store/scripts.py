"""What Redis runs as a whole. Each script checks everything before it writes anything."""

COMMIT = """
-- keys: session, log, digests, states, answers, order of answers, live, points
-- revision, lease, nonce, entry, iteration, cursor, frontier, run, event, seconds to live,
-- key and value of the answer, most answers, the runs under way, id, whether this one's is,
-- the base's revision and all of it, how many states,
-- then places, each with what is known of its state and the state; then places, each with what was measured there
local now = redis.call('HMGET', KEYS[1], 'revision', 'lease', 'nonce', 'frontier')
if not now[1] then return {'gone'} end
if now[3] == ARGV[3] then return {'done'} end
if ARGV[11] ~= '' and redis.call('HEXISTS', KEYS[5], ARGV[11]) == 1 then return {'answered'} end
if now[1] ~= ARGV[1] then return {'stale', now[1]} end
if ARGV[2] ~= '' and now[2] ~= ARGV[2] then return {'lease'} end
local revision = tonumber(now[1])
if ARGV[4] ~= '' then
    revision = revision + 1
    redis.call('XADD', KEYS[2], string.format('%d-0', revision), 'body', ARGV[4])
end
if ARGV[17] ~= '' then
    redis.call('XTRIM', KEYS[2], 'MINID', string.format('%d-0', tonumber(ARGV[17]) + 1))
    redis.call('HSET', KEYS[1], 'base', ARGV[18])
end
redis.call('HSET', KEYS[1], 'revision', string.format('%d', revision), 'nonce', ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'iteration', ARGV[5], 'cursor', ARGV[6]) end
if ARGV[4] ~= '' or tonumber(ARGV[7]) > tonumber(now[4]) then redis.call('HSET', KEYS[1], 'frontier', ARGV[7]) end
if ARGV[8] ~= '' then redis.call('HSET', KEYS[1], 'run', ARGV[8]) end
if ARGV[16] ~= '' then redis.call(ARGV[16] == 'yes' and 'SADD' or 'SREM', ARGV[14], ARGV[15]) end
if ARGV[9] ~= '' then redis.call('XADD', KEYS[7], 'MAXLEN', '64', '*', 'event', ARGV[9]) end
local function keep(key, place, body)
    if body == '' then redis.call('HDEL', key, place) else redis.call('HSET', key, place, body) end
end
local measured = 20 + 3 * tonumber(ARGV[19])
for i = 20, measured - 1, 3 do
    keep(KEYS[3], ARGV[i], ARGV[i + 1])
    keep(KEYS[4], ARGV[i], ARGV[i + 2])
end
for i = measured, #ARGV, 2 do keep(KEYS[8], ARGV[i], ARGV[i + 1]) end
if ARGV[11] ~= '' then
    redis.call('HSET', KEYS[5], ARGV[11], ARGV[12])
    if redis.call('RPUSH', KEYS[6], ARGV[11]) > tonumber(ARGV[13]) then
        redis.call('HDEL', KEYS[5], redis.call('LPOP', KEYS[6]))
    end
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[10]) end
return {'done'}
"""

CREATE = """
-- keys: session, answer; seconds to live, key and value of the answer, then fields and values
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[2]) == 1 then return {'answered'} end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[1])
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[1]) end
return {'done'}
"""

DELETE = """
-- keys: answer, live, session and all else that hangs on it
-- seconds to live, key and value of the answer, event, seconds in which it can be heard
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[1]) == 1 then return {'answered'} end
local found = redis.call('EXISTS', KEYS[3])
redis.call('DEL', unpack(KEYS, 3))
if found == 1 and ARGV[4] ~= '' then
    redis.call('XADD', KEYS[2], 'MAXLEN', '64', '*', 'event', ARGV[4])
    redis.call('EXPIRE', KEYS[2], ARGV[5])
else
    redis.call('DEL', KEYS[2])
end
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[1]) end
return {'done', found}
"""

LEASE = """
-- keys: session, lease; owner, milliseconds. The number grows with each new owner.
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local owner = redis.call('GET', KEYS[2])
if owner and owner ~= ARGV[1] then return false end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
if owner then return tonumber(redis.call('HGET', KEYS[1], 'lease')) end
return redis.call('HINCRBY', KEYS[1], 'lease', 1)
"""

RELEASE = """
-- keys: session, lease; the lease's number
if redis.call('HGET', KEYS[1], 'lease') == ARGV[1] then redis.call('DEL', KEYS[2]) end
return true
"""

DATASET = """
-- keys: ids by last use, sizes by id, answer
-- prefix of a data set's key, id, body, now, most, most bytes, seconds to live, key and value of the answer
if ARGV[8] ~= '' and redis.call('EXISTS', KEYS[3]) == 1 then return {'answered'} end
redis.call('SET', ARGV[1] .. ARGV[2], ARGV[3], 'EX', ARGV[7])
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], #ARGV[3])
local bytes = 0
for place, id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do
    bytes = bytes + tonumber(redis.call('HGET', KEYS[2], id))
    local room = place <= tonumber(ARGV[5]) and bytes <= tonumber(ARGV[6])
    if id ~= ARGV[2] and not (room and redis.call('EXISTS', ARGV[1] .. id) == 1) then
        redis.call('DEL', ARGV[1] .. id)
        redis.call('ZREM', KEYS[1], id)
        redis.call('HDEL', KEYS[2], id)
    end
end
if ARGV[8] ~= '' then redis.call('SET', KEYS[3], ARGV[9], 'EX', ARGV[7]) end
return {'done'}
"""

ALL = (COMMIT, CREATE, DELETE, LEASE, RELEASE, DATASET)
