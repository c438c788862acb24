/// What an environment's interpreter is given to run. It imports no code of the project: nothing is taken from any
/// folder but the standard library and the environment's own `site-packages`.
enum InterpreterScript {
  /// The line before the answer, which is one line of JSON: what else starts with the interpreter may print too.
  static let mark = "handoff answers:"

  /// Imports what a broken installation cannot, and says what is installed: the list of packages is that of the
  /// environment's own `site-packages`, read from their metadata without importing any of them. Then it holds the
  /// requirements that it is given against them.
  static let text = ToolScript.begin + foundation + RequirementScript.text + answer + ToolScript.end

  private static let foundation = #"""
    import sys, encodings, json, re, os, sysconfig
    try:
        from importlib import metadata
    except ImportError:
        metadata = None
    paths = sorted({sysconfig.get_path('purelib'), sysconfig.get_path('platlib')})
    everywhere = list(sys.path)

    def canonical(name):
        return re.sub(r'[-_.]+', '-', name).lower()

    class Named:
        requires = None

        def __init__(self, version):
            self.version = version

    # Before 3.8, and for metadata that cannot be read: the names of the folders.
    def listed(places):
        for place in places:
            for entry in sorted(os.listdir(place)) if os.path.isdir(place) else []:
                match = re.match(r'([A-Za-z0-9].*?)-([^-]+?)(?:-py[0-9.]+.*)?\.(?:dist|egg)-info$', entry)
                if match:
                    yield match.group(1), Named(match.group(2))

    def described(places):
        for distribution in metadata.distributions(path=places):
            # What pip left of a removal that was interrupted.
            if os.path.basename(str(getattr(distribution, '_path', ''))).startswith('~'):
                continue
            try:
                yield distribution.metadata['Name'], distribution
            except Exception:
                pass

    def distributions(places):
        found = {}
        for name, distribution in (described if metadata else listed)(places):
            if name:
                found.setdefault(canonical(name), distribution)
        return found

    own = distributions(paths)

    # What this user may not read is not seen, and not gone.
    def unreadable():
        hidden = []
        for place in paths:
            if not os.path.lexists(place):
                parent = os.path.dirname(place)
                if os.path.isdir(parent) and not os.access(parent, os.X_OK):
                    hidden.append({'path': parent, 'name': None})
                continue
            if not os.access(place, os.R_OK | os.X_OK):
                hidden.append({'path': place, 'name': None})
                continue
            for entry in sorted(os.listdir(place)):
                match = re.match(r'([A-Za-z0-9].*?)-[^-]+?(?:-py[0-9.]+.*)?\.(?:dist|egg)-info$', entry)
                path = os.path.join(place, entry)
                if not match:
                    continue
                if os.path.isdir(path):
                    files = [path] + [os.path.join(path, name) for name in ('METADATA', 'PKG-INFO', 'RECORD')]
                    locked = [file for file in files if os.path.lexists(file) and not os.access(file, os.R_OK)]
                    locked += [] if os.access(path, os.X_OK) else [path]
                else:
                    locked = [] if os.access(path, os.R_OK) else [path]
                hidden += [{'path': file, 'name': canonical(match.group(1))} for file in locked[:1]]
        return hidden

    # Where the environment was moved, its scripts start an interpreter at its old place.
    def scripts():
        folder = os.path.join(sys.prefix, 'bin')
        lost = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, 'rb') as file:
                if name == 'activate':
                    match = re.search(br'''^\s*VIRTUAL_ENV=(["']?)(/.*)\1\s*$''', file.read(65536), re.M)
                    target = match.group(2) + b'/bin/python' if match else b''
                    place = match.group(2) if match else b''
                elif file.read(2) == b'#!':
                    target = place = file.readline(4096).strip()
                    if target == b'/bin/sh':
                        match = re.match(br"""'''exec' (?:"(/[^"$]*)"|(/[^"$\s]*)) """, file.readline(4096))
                        target = place = (match.group(1) or match.group(2)) if match else b''
                else:
                    continue
            if re.match(br'/.*/(python|pypy)[0-9.]*$', target) and not os.path.exists(place):
                lost.append([name, target.decode('utf-8', 'replace')])
        return lost

    """#

  private static let answer = #"""

    base = getattr(sys, '_base_executable', None) or sys.executable
    said = {'version': '.'.join(map(str, sys.version_info[:3])), 'base': base,
            'isOwn': os.path.realpath(sys.prefix) == os.path.realpath(sys.argv[1]),
            'packages': {name: own[name].version or '' for name in own}}
    try:
        said['scripts'] = scripts()
    except Exception:
        pass
    try:
        said['unreadable'] = unreadable()
    except Exception:
        pass
    given = getattr(sys.stdin, 'buffer', sys.stdin).read()
    if given:
        try:
            said['requirements'] = check(json.loads(given.decode('utf-8')))
        except Exception:
            pass
    sys.stdout.write('\n\#(mark)\n' + json.dumps(said) + '\n')

    """#
}
