create table pfm_server_key (
    id         char(12) not null primary key,
    hash       char(64) not null,
    scopes     varchar(200) not null,
    label      varchar(100) not null,
    created_at timestamp(6) with time zone not null,
    expires_at timestamp(6) with time zone,
    revoked_at timestamp(6) with time zone,
    replaces   char(12) unique references pfm_server_key (id)
);
