-- SPDX-License-Identifier: MIT
-- Inserts, an index, a join, updates and groups.
create table item(id integer primary key, kind integer, name text, price real);
create table sale(id integer primary key, item integer, count integer);
begin;
with recursive n(x) as (select 1 union all select x + 1 from n where x < 20000)
  insert into item select x, x * 7919 % 97, 'item ' || (x * 104729 % 20011), x * 0.25 from n;
with recursive n(x) as (select 1 union all select x + 1 from n where x < 40000)
  insert into sale select x, x * 15485863 % 20000 + 1, x % 13 from n;
commit;
create index item_kind on item(kind);
create index sale_item on sale(item);
select kind, count(*), sum(price * s.count) from item i join sale s on s.item = i.id group by kind order by kind;
update item set price = price + 1 where kind between 10 and 30;
select name, price from item where name like '%99%' order by name desc limit 50;
delete from sale where item in (select id from item where kind < 20);
select count(*), sum(count), max(item) from sale;
