from monitoring import words
from monitoring.panels.panel import Figure, Panel, Table, gauged
from monitoring.readings import expected
from monitoring.snapshot import Process, Snapshot


def system(seen: Snapshot) -> Panel:
    found, processes = seen.system, seen.processes
    table = Table(
        "Processes",
        ("Process", "Kind", "Heard of", "Memory", "Processor"),
        [_process(one, seen.made_at) for one in processes.each],
        "No process reports.",
    )
    reporting = Figure(
        "Processes",
        f"{processes.reporting} of {expected(seen)}",
        "reporting",
        "ok" if processes.reporting == expected(seen) else "out",
    )
    if found is None:
        return Panel(
            "system",
            "System",
            (reporting,),
            tables=(table,),
            notes=(f"The machine could not be read: {seen.why('system')}.",),
        )
    memory = found.memory_used_bytes / found.memory_limit_bytes
    disk = found.disk_used_bytes / found.disk_limit_bytes
    return Panel(
        "system",
        "System",
        figures=(
            reporting,
            gauged("Processor", "processor", found.cpu_ratio, f"of {found.cores:g} cores"),
            Figure("Load", f"{found.load[0]:.1f}", f"{found.load[1]:.1f}, {found.load[2]:.1f}"),
            gauged(
                "Memory",
                "memory",
                memory,
                f"{words.size(found.memory_used_bytes)} of {words.size(found.memory_limit_bytes)}",
            ),
            gauged(
                "Disk",
                "disk",
                disk,
                f"{words.size(found.disk_used_bytes)} of {words.size(found.disk_limit_bytes)}",
            ),
            Figure(
                "This page",
                words.milliseconds(seen.cost.build_ms),
                f"to read; {words.milliseconds(seen.cost.flush_ms)} to count",
            ),
        ),
        tables=(table,),
    )


def _process(one: Process, now: float) -> tuple[str | Figure, ...]:
    ago = f"{words.duration(max(0.0, now - one.heard_at))} ago"
    return (
        one.name,
        one.kind,
        Figure("Heard of", ago, tone="" if one.reporting else "out"),
        words.size(one.memory_bytes),
        words.share(one.cpu_ratio),
    )
