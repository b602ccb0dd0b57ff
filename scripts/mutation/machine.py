"""A copy of the machine and its tests, in which mutations are switched on by number."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COPY = ROOT / '.build/mutations'
SOURCES = COPY / 'Sources/WrapperCore'
SWITCH = '''import Glibc

/// The mutation that is in force.
let mutation = getenv("MUTATION").flatMap { Int32(atoi($0)) } ?? 0
'''


def copy():
    """Never the work tree; the build in it is kept."""
    for folder in 'Sources/WrapperCore', 'Sources/Formats', 'Tests/WrapperCoreTests':
        shutil.rmtree(COPY / folder, ignore_errors=True)
        shutil.copytree(ROOT / folder, COPY / folder)
    (SOURCES / 'Mutation.swift').write_text(SWITCH)
    # The same package with the machine, its tests and what these import; mutations are allowed a warning.
    package = (ROOT / 'Package.swift').read_text()
    targets = re.findall(r'    \.(?:target|testTarget)\(name: "(?:WrapperCore(?:Tests)?|Formats)",.*?\),\n', package)
    head = package[:package.index('    .target(')]
    for setting in '  .strictMemorySafety(),\n', '  .treatAllWarnings(as: .error),\n':
        head = head.replace(setting, '')
    (COPY / 'Package.swift').write_text(head + ''.join(targets) + '  ]\n)\n')


def build():
    """What the compiler objects to, as (file, line). Optimized: the walks take a quarter of the time."""
    command = ['swift', 'build', '--build-tests', '-Xswiftc', '-O']
    done = subprocess.run(command, cwd=COPY, capture_output=True, text=True)
    if done.returncode == 0:
        return set()
    objections = re.findall(r'Sources/WrapperCore/([\w+]+\.swift):(\d+):\d+: error:', done.stdout + done.stderr)
    if not objections:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    return {(file, int(line)) for file, line in objections}


def run(number, tests, plans=None, patience=600):
    """Which promises broke, which tests failed, and what the walks printed."""
    environment = dict(os.environ, MUTATION=str(number), **({'GRAPH': plans} if plans else {}))
    # Itself, without `swift test`: a run of the scenarios takes 0.1 s.
    program = next((COPY / '.build/debug').glob('*PackageTests.xctest'))
    command = [program, '--testing-library', 'swift-testing', '--filter', tests]
    try:
        done = subprocess.run(
            command, cwd=COPY, env=environment, capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return set(), ['(no end)'], []
    broken = set(re.findall(r'^graph: broken: (\w+)', done.stdout, re.M))
    failed = re.findall(r'Test "(.*?)" (?:.*? )?(?:recorded an issue|failed)', done.stdout)
    walks = re.findall(r'^graph: (.*): (\d+) states, (\d+) edges', done.stdout, re.M)
    return broken, failed or (['(crash)'] if done.returncode else []), walks


def start():
    """The machine as it is keeps every promise; the names of the walks, in groups from small to large."""
    broken, failed, walks = run(0, 'GraphTests')
    if failed or not walks:
        sys.exit(f'without a mutation: {broken} {failed}')
    walks = [(name, int(states), int(edges)) for name, states, edges in walks]
    walks.sort(key=lambda walk: walk[2])
    total = ('all', sum(walk[1] for walk in walks), sum(walk[2] for walk in walks))
    print(f'{"plan":40} {"states":>8} {"edges":>10}')
    for name, states, edges in walks + [total]:
        print(f'{name:40} {states:>8} {edges:>10}')
    print(flush=True)
    limits = (0, 250_000), (250_000, 500_000), (500_000, 10**9)
    groups = [';'.join(name for name, _, edges in walks if low <= edges < high) for low, high in limits]
    return [group for group in groups if group]
