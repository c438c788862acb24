/// What an environment's interpreter is given to run in place of `-m TOOL`: the same, by the function that `-m` itself
/// calls, without what takes time and says nothing of the tool.
///
/// It succeeds nowhere where `-m` would not. All that `-m` imports and runs is imported and run, in the same order and with
/// the same arguments; that nothing is collected meanwhile changes no result. See ``end`` for what is left out at the end.
enum ToolScript {
  /// Its first argument is the tool's name, the others are the tool's.
  static let text =
    begin + #"""
      import runpy
      try:
          runpy._run_module_as_main(sys.argv.pop(1))
      except SystemExit as end:
          if end.code:
              raise

      """# + end

  /// What starts and ends so soon leaves nothing that is worth collecting.
  static let begin = """
    import gc, sys
    gc.disable()

    """

  /// Ends the interpreter without taking it down, which takes longer than starting it. Threads were waited for and what was
  /// registered for the end has run by then. Where an extension module is loaded that is none of the standard library's,
  /// whose own code might run then, it is taken down as always.
  static let end = #"""
    def leave():
        import atexit, os, sys
        for module in list(sys.modules.values()):
            file = str(getattr(module, '__file__', None) or '')
            if file and not file.endswith(('.py', '.pyc')) and '/lib-dynload/' not in file:
                return
        if 'threading' in sys.modules:
            sys.modules['threading']._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    try:
        leave()
    except Exception:
        pass

    """#
}
