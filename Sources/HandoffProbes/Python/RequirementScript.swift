/// The part of ``InterpreterScript`` that holds requirements against what is installed.
enum RequirementScript {
  /// Requirements are read and compared by `packaging`, the reference implementation of PEP 440 and PEP 508: pip's own
  /// copy, the environment's, or that of the pip that comes with Python (https://docs.python.org/3/library/ensurepip.html).
  static let text = #"""
    others = None

    def installed(name):
        global others
        name = canonical(name)
        if name not in own and others is None:
            others = distributions(everywhere)
        return own.get(name) or (others or {}).get(name)

    roots = {os.path.dirname(os.__file__), sysconfig.get_path('platstdlib')}
    standard = [place for place in everywhere if 'packages' not in place and any(
        place == root or place.startswith(root + os.sep) for root in roots)]

    def library():
        import glob, importlib, importlib.util
        from importlib.machinery import PathFinder
        sys.path[:] = standard + paths
        for name, module in (('pip', 'pip._vendor.packaging'), ('packaging', 'packaging')):
            try:
                if PathFinder.find_spec(name, paths):
                    return importlib.import_module(module + '.requirements').Requirement
            except Exception:
                pass
        sys.path[:] = standard
        spec = PathFinder.find_spec('ensurepip', standard)
        folders = [os.path.join(os.path.dirname(spec.origin), '_bundled')] if spec and spec.origin else []
        folders.append(sysconfig.get_config_var('WHEEL_PKG_DIR') or '')
        for name in [name for name in sys.modules if name == 'pip' or name.startswith('pip.')]:
            del sys.modules[name]
        for wheel in sorted(w for f in folders if f for w in glob.glob(os.path.join(glob.escape(f), 'pip-*.whl'))):
            sys.path.insert(0, wheel)
            try:
                return importlib.import_module('pip._vendor.packaging.requirements').Requirement
            except Exception:
                sys.path.remove(wheel)
        return None

    def toml(text):
        try:
            import tomllib
        except ImportError:
            library()
            from pip._vendor import tomli as tomllib
        return tomllib.loads(text)

    # Poetry's own form, also of what asks for a range: https://python-poetry.org/docs/dependency-specification/
    def ranges(text):
        parts = []
        # What holds for either of two ranges cannot be said in the standard's form: any version then.
        for sign, version in [] if '|' in text else re.findall(r'(\^|~=|~|[=!<>]=|[<>]|)\s*([0-9][^,\s]*)', text):
            if sign not in ('^', '~'):
                parts.append((sign or '==') + version)
                continue
            numbers = [int(number) for number in re.match(r'[0-9]+(\.[0-9]+)*', version).group().split('.')]
            at = min(len(numbers) - 1, 1)
            if sign == '^':
                at = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
            numbers[at] += 1
            parts += ['>=' + version, '<' + '.'.join(map(str, numbers[:at + 1]))]
        return ','.join(parts)

    # Those of groups that are installed unless somebody says otherwise.
    def poetry(content):
        tool = content.get('tool', {}).get('poetry', {})
        tables = [tool.get('dependencies', {}), tool.get('dev-dependencies', {})]
        tables += [group.get('dependencies', {}) for group in tool.get('group', {}).values()
                   if not group.get('optional')]
        for table in tables:
            yield from entries(table)

    # Also those of a Pipfile: https://pipenv.pypa.io/en/latest/pipfile.html
    def entries(table):
        for name, entry in table.items():
            if canonical(name) == 'python':
                continue
            for one in entry if isinstance(entry, list) else [entry]:
                text = single(name, {'version': one} if isinstance(one, str) else one)
                if text:
                    yield text

    # What is only for some is not asked for here, but for the versions of Python that are named outright.
    def single(name, entry):
        if not isinstance(entry, dict) or entry.get('optional') or entry.get('platform'):
            return None
        markers = ['(' + entry['markers'] + ')'] if entry.get('markers') else []
        for part in str(entry.get('python') or '').split(',') if entry.get('python') else []:
            match = re.fullmatch(r'\s*(>=|<)\s*([0-9]+\.[0-9]+)\s*', part)
            if not match:
                return None
            markers.append('python_version %s "%s"' % match.groups())
        extras = '[' + ','.join(entry['extras']) + ']' if entry.get('extras') else ''
        return name + extras + ranges(entry.get('version', '*')) + (' ; ' + ' and '.join(markers) if markers else '')

    # A group and those that it includes: https://packaging.python.org/en/latest/specifications/dependency-groups/
    def group(groups, name, seen):
        if canonical(name) in seen:
            return
        seen.add(canonical(name))
        for entry in {canonical(key): value for key, value in groups.items()}.get(canonical(name), []):
            if isinstance(entry, str):
                yield entry
            elif isinstance(entry, dict) and 'include-group' in entry:
                yield from group(groups, entry['include-group'], seen)

    # What uv installs with a project, and what a developer would with pip.
    def development(content, is_uv):
        groups = content.get('dependency-groups', {})
        uv = content.get('tool', {}).get('uv', {})
        names = uv.get('default-groups', ['dev']) if is_uv else ['dev']
        seen = set()
        for name in list(groups) if names == 'all' else names:
            for text in group(groups, name, seen):
                yield (-1 if is_uv else -2, text, False)
        for text in uv.get('dev-dependencies', []) if is_uv else []:
            yield (-1, text, False)

    def setup(text):
        import configparser
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        lines = parser.get('options', 'install_requires', fallback='').splitlines()
        return [] if any(line.startswith('file:') for line in lines) else [
            line.strip() for line in lines if line.strip() and not line.strip().startswith('#')]

    # The list of setup.py, where it stands there as such: the file is read and not run.
    def literal(text):
        import ast
        tree = ast.parse(text)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)
                 and getattr(node.func, 'id', getattr(node.func, 'attr', '')) == 'setup']
        given = [word.value for call in calls for word in call.keywords if word.arg == 'install_requires']
        if len(calls) != 1 or len(given) != 1:
            return []
        value = given[0]
        if isinstance(value, ast.Name):
            uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == value.id]
            bound = [node.value for node in tree.body if isinstance(node, ast.Assign) and len(node.targets) == 1
                     and getattr(node.targets[0], 'id', '') == value.id]
            # Used nowhere else, so that nothing is added to it.
            if len(bound) != 1 or len(uses) != 2:
                return []
            value = bound[0]
        try:
            found = ast.literal_eval(value)
        except ValueError:
            return []
        found = found.splitlines() if isinstance(found, str) else found
        return [line.strip() for line in found if line.strip()]

    # Whether what a distribution brought is still there: some of its modules, or the folder that it is edited in.
    def whole(distribution):
        if not hasattr(distribution, 'read_text'):
            return True
        try:
            origin = json.loads(distribution.read_text('direct_url.json') or '{}')
            if origin.get('dir_info', {}).get('editable') and origin['url'].startswith('file:///'):
                from urllib.parse import unquote
                return os.path.exists(unquote(origin['url'][7:]))
            files = [line.rsplit(',', 2)[0].strip('"') for line in (distribution.read_text('RECORD') or '').splitlines()]
            modules = [file for file in files if re.fullmatch(r'(?!__pycache__/)[^./][^/]*(?:/__init__)?\.(?:py|so)|'
                                                              r'[^./][^/]*\.[^/]*\.so', file)]
            return not modules or any(os.path.lexists(str(distribution.locate_file(file))) for file in modules)
        except Exception:
            return True

    def holds(specifier, distribution):
        return not specifier or specifier.contains(distribution.version, prereleases=True)

    def answer(index, name, wanted, distribution, needed=''):
        return {'index': index, 'name': canonical(name), 'wanted': wanted,
                'installed': distribution.version if distribution else None, 'neededBy': needed,
                'isDamaged': bool(distribution) and not whole(distribution)}

    applicable = {}

    def applies(marker, extra=''):
        key = (str(marker), extra)
        if key not in applicable:
            applicable[key] = marker.evaluate({'extra': extra})
        return applicable[key]

    def verdicts(Requirement, index, text):
        requirement = Requirement(text)
        if requirement.marker and not applies(requirement.marker):
            return None
        distribution = installed(requirement.name)
        if not distribution or not holds(requirement.specifier, distribution) or not whole(distribution):
            return [answer(index, requirement.name, str(requirement.specifier), distribution)]
        unmet = []
        for extra in sorted(requirement.extras):
            for text in distribution.requires or []:
                needed = Requirement(text)
                if not needed.marker or applies(needed.marker):
                    continue
                other = installed(needed.name)
                if applies(needed.marker, extra) and not (other and holds(needed.specifier, other)):
                    unmet.append(answer(index, needed.name, str(needed.specifier), other,
                                        canonical(requirement.name) + '[' + extra + ']'))
        return unmet

    # What needs no comparison: most lines of a lock file.
    def plain(index, text):
        match = re.fullmatch(r'([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:==\s*([A-Za-z0-9.+!]+))?', text.strip())
        if not match:
            return None
        distribution = installed(match[1])
        if not distribution:
            return [answer(index, match[1], '==' + match[2] if match[2] else '', None)]
        if not whole(distribution):
            return [answer(index, match[1], '==' + match[2] if match[2] else '', distribution)]
        return [] if not match[2] or match[2] == distribution.version else None

    def check(asked):
        sys.path[:] = standard
        result = {'total': 0, 'unmet': [], 'undecided': [], 'hasLibrary': True}
        loaded = []

        def Requirement(text):
            if not loaded:
                loaded.append(library())
                result['hasLibrary'] = loaded[0] is not None
            return loaded[0](text)

        markers = {}

        def verdict(index, text):
            head, _, marker = text.partition(';')
            if marker.strip():
                # Every line of a lock file may bear the same few markers.
                if marker not in markers:
                    markers[marker] = Requirement('x;' + marker).marker
                if not applies(markers[marker]):
                    return None
            unmet = plain(index, head)
            return verdicts(Requirement, index, text) if unmet is None else unmet

        lines = [(index, line['text'], line['constraint']) for index, line in enumerate(asked['lines'])]
        project = {}
        if asked.get('pyproject'):
            try:
                content = toml(asked['pyproject'])
                project = content.get('project', {})
                lines += [(-1, text, False) for text in project.get('dependencies', [])]
                lines += [(-1, text, False) for text in poetry(content)]
                lines += development(content, asked.get('uv'))
                python = project.get('requires-python')
                if not python:
                    python = content.get('tool', {}).get('poetry', {}).get('dependencies', {}).get('python')
                    python = ranges(python) if isinstance(python, str) else ''
                try:
                    now = '.'.join(map(str, sys.version_info[:3]))
                    if python and not Requirement('python' + python).specifier.contains(now, prereleases=True):
                        result['python'] = python
                except Exception:
                    pass
            except Exception:
                if re.search(r'^\s*dependencies\s*=', asked['pyproject'], re.M):
                    result['undecided'].append({'index': -1, 'name': ''})
        for index, name, read in ((-3, 'setup', setup), (-5, 'program', literal), (-4, 'pipfile', lambda text: [
                entry for table in ('packages', 'dev-packages') for entry in entries(toml(text).get(table, {}))])):
            if not asked.get(name) or index == -3 and 'dependencies' in project:
                continue
            if index == -5 and project and 'dependencies' not in project.get('dynamic', []):
                continue
            try:
                lines += [(index, text, False) for text in read(asked[name])]
            except Exception:
                # What a program does cannot be told by reading it.
                if index != -5:
                    result['undecided'].append({'index': index, 'name': ''})
        names = set()
        for index, text, is_constraint in sorted(lines, key=lambda line: line[2]):
            match = re.match(r'[A-Za-z0-9][A-Za-z0-9._-]*', text)
            name = canonical(match[0]) if match else ''
            if is_constraint and (name not in names or not installed(name)):
                continue
            names.add(name)
            try:
                unmet = verdict(index, text)
            except Exception:
                result['undecided'].append({'index': index, 'name': name})
                unmet = []
            if unmet is not None:
                result['total'] += not is_constraint
                result['unmet'] += unmet
        return result

    """#
}
