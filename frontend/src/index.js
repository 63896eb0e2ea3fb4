// Our own modules are hung up here, before Alpine starts.

/** Hand htmx and Alpine to every module of the interface. */
export function register(libraries) {
  void libraries;
}
