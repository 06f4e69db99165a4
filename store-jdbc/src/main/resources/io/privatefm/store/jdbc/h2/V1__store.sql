create table pfm_namespace (
    learner            varchar(200) not null primary key,
    ns_uid             char(32) not null unique,
    subjects           text not null,
    state              varchar(16) not null,
    foundation_release varchar(1000) not null,
    policy             text not null,
    checkpoint_version bigint not null,
    event_head         bigint not null,
    revision           bigint not null
);

create table pfm_event (
    ns_uid       char(32) not null references pfm_namespace (ns_uid),
    seq          bigint not null,
    type         varchar(64) not null,
    type_version integer not null,
    payload      text not null,
    at           timestamp(6) with time zone not null,
    primary key (ns_uid, seq)
);

create table pfm_adapter (
    ns_uid        char(32) not null references pfm_namespace (ns_uid),
    subject       varchar(64) not null,
    revision      integer not null,
    digest        char(64) not null,
    config_blob   char(64) not null,
    weights_blob  char(64) not null,
    changed_bytes bigint not null,
    trained_on    char(64),
    registered_at timestamp(6) with time zone not null,
    primary key (ns_uid, subject, revision)
);

create table pfm_checkpoint (
    ns_uid             char(32) not null references pfm_namespace (ns_uid),
    version            bigint not null,
    operation_id       varchar(200) not null unique,
    checkpoint_hash    char(64) not null,
    manifest_blob      char(64) not null,
    foundation_release varchar(1000) not null,
    foundation_hash    char(64) not null,
    created_at         timestamp(6) with time zone not null,
    primary key (ns_uid, version)
);

create table pfm_variant (
    ns_uid          char(32) not null,
    version         bigint not null,
    name            varchar(64) not null,
    content_hash    char(64) not null,
    plan_hash       char(64) not null,
    layout          varchar(16) not null,
    blob            char(64) not null,
    blob_bytes      bigint not null,
    changed_tensors integer not null,
    primary key (ns_uid, version, name),
    foreign key (ns_uid, version) references pfm_checkpoint (ns_uid, version)
);
