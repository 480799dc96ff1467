"""The settings that the embedded server runs with.

Durability is never traded: `fsync`, `full_page_writes` and `synchronous_commit` stay
on.  Nothing that a user wrote reaches the server's log.
"""

from collections.abc import Mapping

PRODUCTION: Mapping[str, str] = {
    # a socket in a folder of our own is the only way in
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # one node: a writer, a few readers, a person with psql
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # commits come in groups, one after the other: few checkpoints, small records
    "wal_buffers": "8MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # a lost client must not keep rows locked
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    # the log tells what failed, not what was written
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
