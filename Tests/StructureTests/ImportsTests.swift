import Testing

@Suite("The reading of sources misses no import")
struct ImportsTests {
  @Test(
    "however it is written",
    arguments: [
      ("import Glibc", ["Glibc"]),
      ("  import Glibc // why", ["Glibc"]),
      ("internal import CLinux", ["CLinux"]),
      ("public import Consul", ["Consul"]),
      ("@preconcurrency import Dispatch", ["Dispatch"]),
      ("@_exported public import Dispatch", ["Dispatch"]),
      ("@_spi(Testing)\ninternal import Linux", ["Linux"]),
      ("import struct Foundation.URL", ["Foundation"]),
      ("private import func Glibc.open", ["Glibc"]),
      ("import A; import B", ["A", "B"]),
      ("#if canImport(Glibc)\n  import Glibc\n#endif", ["Glibc"]),
      ("/* why */ import A\nimport B", ["A", "B"]),
      ("// import A", []),
      ("/* import A\nimport B */", []),
      ("let important = imported // import", []),
    ])
  func finds(source: String, expected: [String]) {
    #expect(imports(in: source) == expected)
  }

  @Test(
    "and no declaration of a header",
    arguments: [
      (
        "#pragma once\n#define F(x) \\\n  g(x)\nstatic inline int f(void) { if (1) { return 2; } }",
        ["static inline int f(void)"]
      ),
      ("int f(void);", ["int f(void);"]),
      ("int f(void) { return 1; }", ["int f(void)"]),
      ("// int f(void);\n/* int g; */", []),
      (
        "static int counter = 0;\nstatic inline int f(void) {}",
        ["static int counter = 0;", "static inline int f(void)"]
      ),
    ])
  func declares(source: String, expected: [String]) {
    #expect(declarations(inHeader: source) == expected)
  }
}
