-- SPDX-License-Identifier: MIT
-- Work for LuaJIT inside a guest, as guest_jit.js is for node: `luajit guest_jit.lua SECONDS SEED` runs every kernel until the time is
-- over, prints "NAME SUM" for each, and stops at one that gives another sum than before. `luajit -joff` is the reference.
local bit = require("bit")
local ffi_there, ffi = pcall(require, "ffi")

local function random(seed) -- a full-period generator that doubles hold exactly
  local state = seed % 2147483647
  return function(below) state = (state * 16807) % 2147483647; return state % below end
end

local kernels = {}

function kernels.floats(next)
  local x, sum = {}, 0
  for i = 1, 500 do x[i] = next(1000) / 7 end
  for _ = 1, 40 do for i = 2, 499 do x[i] = math.sqrt(x[i - 1] * x[i + 1] + 1) - x[i] / 3 end end
  for i = 1, 500 do sum = sum + x[i] end
  return string.format("%.17g", sum)
end

function kernels.bits(next)
  local h = next(65536)
  for i = 1, 100000 do h = bit.bxor(bit.rol(h, 5), bit.tobit(h * 3 + i)); h = bit.band(h, 0x7fffff) + bit.rshift(h, 20) end
  return h
end

function kernels.tables(next) -- guards that fail: holes, strings among numbers, metatables
  local t, sum = setmetatable({}, { __index = function(_, k) return k % 7 end }), 0
  for i = 1, 3000 do t[next(2000)] = next(5) == 0 and tostring(i) or i end
  for _ = 1, 20 do for i = 0, 2500 do sum = (sum * 31 + tonumber(t[i])) % 1000003 end end
  return sum
end

function kernels.strings(next)
  local parts = {}
  for i = 1, 2000 do parts[i] = string.char(97 + next(26)) .. next(1000) end
  local text, sum = table.concat(parts, ","), 0
  for word in text:gmatch("[a-m]%d+") do sum = (sum * 33 + #word + word:byte(1) * tonumber(word:sub(2))) % 1000003 end
  return sum
end

function kernels.closures(next) -- code made anew, made hot, thrown away
  local sum = 0
  for _ = 1, 30 do
    local f = assert(loadstring("local x = ...; local s = " .. next(1000) .. "; for i = 1, 300 do s = (s * " .. next(97) + 3 ..
      " + (x + i) % " .. next(31) + 2 .. ") % 65521 end; return s"))
    for i = 1, 20 do sum = (sum * 31 + f(i)) % 1000003 end
  end
  return sum
end

function kernels.memory(next)
  if not ffi_there then return "none" end
  local a, sum = ffi.new("int32_t[4096]"), 0
  for i = 0, 4095 do a[i] = next(2147483647) end
  for _ = 1, 10 do for i = 1, 4095 do a[i] = bit.bxor(a[i], bit.rol(a[i - 1], 7)) end end
  for i = 0, 4095 do sum = (sum * 3 + a[i]) % 1000000007 end
  return sum
end

local names = { "floats", "bits", "tables", "strings", "closures", "memory" }
local stop, seed, first, rounds = os.time() + tonumber(arg[1]), tonumber(arg[2]), {}, 0
repeat
  for _, name in ipairs(names) do
    local sum = tostring(kernels[name](random(seed)))
    first[name] = first[name] or sum
    if first[name] ~= sum then print(name .. " differs in round " .. rounds .. ": " .. sum .. ", not " .. first[name]); os.exit(1) end
  end
  rounds = rounds + 1
until os.time() >= stop
for _, name in ipairs(names) do print(name, first[name]) end
io.stderr:write("rounds: " .. rounds .. "\n")
