-- To /etc/haproxy/: asks the session server who is asking. HAProxy 2.6 and later.
--
--   lua-load-per-thread /etc/haproxy/session-auth.lua            in global
--   http-request lua.session_auth                                whoever is signed in
--   http-request lua.session_auth_group GROUP                    whoever is in the group
--   http-request deny unless { var(txn.session_auth) -m str allowed }
--
-- The last line follows each of the others: where this file fails, HAProxy goes on with the next rule.

-- SESSION_NAME of the session server.
local SESSION_NAME = "_my_session_id"
-- A name under which the session server answers (ALLOWED_HOSTS).
local SERVER_HOST = "auth.example.com"
-- A listener of HAProxy's own in front of the server, which keeps connections to it open. See haproxy.cfg.
local ASK_AT = "http://127.0.0.1:5001/api/v1/auth_request"
local TIMEOUT_MS = 10000
local IDENTITY = { "remote-user", "remote-email", "remote-name", "remote-groups", "remote-id" }
local FORWARDED = { "cookie", "authorization", "x-forwarded-for", "x-forwarded-proto" }

-- The values of a field of a request, as one. `headers` is made by HAProxy: names in lower case, values from 0.
local function joined(headers, name, separator)
    local values = {}
    for index = 0, #(headers[name] or {}) do
        values[#values + 1] = headers[name] and headers[name][index]
    end
    return #values > 0 and table.concat(values, separator) or nil
end

local function answer(txn, status, fields)
    local reply = txn:reply()
    reply:set_status(status)
    reply:add_header("cache-control", "no-store")
    for name, value in pairs(fields) do
        reply:add_header(name, value)
    end
    txn:done(reply)
end

-- A sign-in page is for whoever shows pages. A program is told 401, and so is a form: its content could not come back.
local function shows_pages(txn, headers)
    local method = txn.f:method()
    return (method == "GET" or method == "HEAD") and (joined(headers, "accept", ",") or ""):lower():find("text/html", 1, true)
end

-- The session cookie is kept from the application: whoever reads it is that user, everywhere.
local function strip_session(txn, cookies)
    local kept = {}
    for cookie in cookies:gmatch("[^;]+") do
        local name = cookie:match("^[ \t]*(.-)[ \t]*=") or ""
        if name ~= SESSION_NAME then
            kept[#kept + 1] = cookie:match("^[ \t]*(.-)[ \t]*$")
        end
    end
    txn.http:req_del_header("cookie")
    if #kept > 0 then
        txn.http:req_set_header("cookie", table.concat(kept, "; "))
    end
end

local function check(txn, query)
    local headers = txn.http:req_get_headers()
    local asked = {
        host = { SERVER_HOST },
        -- Where to come back to after the sign-in. The server encodes it and checks it: see REDIRECT_ORIGINS.
        ["x-original-url"] = { "https://" .. (joined(headers, "host", "") or "") .. txn.f:pathq() },
    }
    for _, name in ipairs(FORWARDED) do
        local value = joined(headers, name, name == "cookie" and "; " or ", ")
        asked[name] = value and { value }
    end
    local response = core.httpclient():get({ url = ASK_AT .. query, headers = asked, timeout = TIMEOUT_MS })
    local status = response and response.status or 0
    local told = response and response.headers or {}

    if status == 401 and told["location"] and shows_pages(txn, headers) then
        answer(txn, 303, { location = told["location"][0] })
    elseif status == 401 then
        answer(txn, 401, { ["www-authenticate"] = told["www-authenticate"] and told["www-authenticate"][0] })
    elseif status == 403 then
        answer(txn, 403, { ["retry-after"] = told["retry-after"] and told["retry-after"][0] })
    elseif status ~= 204 then
        answer(txn, 503, {})
    else
        for _, name in ipairs(IDENTITY) do
            txn.http:req_set_header(name, told[name] and told[name][0] or "")
        end
        strip_session(txn, joined(headers, "cookie", "; ") or "")
        txn:set_var("txn.session_auth", "allowed")
    end
end

core.register_action("session_auth", { "http-req" }, function(txn)
    check(txn, "")
end, 0)

core.register_action("session_auth_group", { "http-req" }, function(txn, group)
    check(txn, "?group=" .. group)
end, 1)
