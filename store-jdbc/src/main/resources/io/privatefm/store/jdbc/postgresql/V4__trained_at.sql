-- When its trainer finished an adapter, where its trainer said so.
alter table pfm_adapter add column trained_at timestamp(6) with time zone;
