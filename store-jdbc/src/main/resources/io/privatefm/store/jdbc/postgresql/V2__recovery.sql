alter table pfm_adapter add column set_aside boolean default false not null;

create table pfm_scrub (
    ns_uid   char(32) not null primary key references pfm_namespace (ns_uid),
    level    varchar(16) not null,
    at       timestamp(6) with time zone not null,
    verdict  varchar(32),
    detail   text not null,
    found_at timestamp(6) with time zone
);

create index pfm_scrub_due on pfm_scrub (at);

create table pfm_switch (
    name   varchar(64) not null primary key,
    reason varchar(1000) not null,
    at     timestamp(6) with time zone not null
);
