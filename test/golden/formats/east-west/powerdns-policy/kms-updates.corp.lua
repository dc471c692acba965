-- PowerDNS Authoritative Server: Lua update policy. Made by kmsdns from east-west.yaml.
--
-- Put it on the server and name it in pdns.conf, then start PowerDNS anew:
--     dnsupdate=yes
--     lua-dnsupdate-policy-script=/etc/powerdns/kms-updates.corp.lua
-- Make the key on the server; its name is the one that the publisher signs with:
--     pdnsutil generate-tsig-key kms-publisher hmac-sha256
-- The backend must be one that takes updates: gsqlite3, gmysql, gpgsql, godbc, from 5.0 lmdb; not bind.
-- This one script decides for the whole server: ALLOW-DNSUPDATE-FROM and TSIG-ALLOW-DNSUPDATE no longer
-- count, and zones that are not listed here take no updates at all.
-- WARNING: PowerDNS 4.7.3 gives an unsigned message that comes by UDP right after a signed one the key name
-- of that one, and so carries it out. Let only the publisher send updates to this server (a firewall in
-- front), or have updates by TCP only.
--
-- What this format does not say:
-- - The records: it says who may write them; kmsdns apply or the format pdnsutil writes them.
-- - A refusal: what the script denies is dropped with NOERROR, and the rest of the message is done all the
--   same.

local signer = "kms-publisher."

local owners = {
  ["east.contoso.com."] = {
    ["_vlmcs._tcp.east.contoso.com."] = true,
  },
  ["west.contoso.com."] = {
    ["_vlmcs._tcp.west.contoso.com."] = true,
  },
}

function updatepolicy(input)
  local allowed = owners[input:getZoneName():toString():lower()]
  if allowed == nil then return false end
  -- Without a signature the name is unset, and toString() of that is an error: the sender would see SERVFAIL.
  local key = input:getTsigName()
  if key:countLabels() == 0 or key:toString():lower() ~= signer then return false end
  return allowed[input:getQName():toString():lower()] == true and input:getQType() == pdns.SRV
end
