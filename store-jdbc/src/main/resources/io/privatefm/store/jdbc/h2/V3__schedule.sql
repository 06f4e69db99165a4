-- The next run of each job, as db-scheduler keeps it: picked by a node while it runs. A job without data has none here.
create table pfm_schedule (
    task_name            varchar(100) not null,
    task_instance        varchar(100) not null,
    task_data            varbinary(1000),
    execution_time       timestamp(6) with time zone not null,
    picked               boolean not null,
    picked_by            varchar(50),
    last_success         timestamp(6) with time zone,
    last_failure         timestamp(6) with time zone,
    consecutive_failures int,
    last_heartbeat       timestamp(6) with time zone,
    version              bigint not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
