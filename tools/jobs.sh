#!/bin/sh
# How many compilers or tests to run side by side: one per core, but no more than one per 2 GB of memory.
cores=$(nproc)
memory_gb=$(awk '/^MemTotal:/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo)
# A container may be allowed less than the machine has.
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
if [ "$limit" != max ] && [ $((limit >> 30)) -lt "$memory_gb" ]; then
  memory_gb=$((limit >> 30))
fi
jobs=$((memory_gb / 2))
[ "$jobs" -gt "$cores" ] && jobs=$cores
[ "$jobs" -lt 1 ] && jobs=1
echo "$jobs"
