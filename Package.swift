// swift-tools-version: 6.2
import PackageDescription

// The release is Embedded Swift in one static file; debug builds and tests are ordinary Swift from the same
// sources. docs/choices.md says why.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  // A section each, or the linker keeps every copy of what each module inlines from the others. Constant arrays aren't
  // moved out of their functions: each module numbers its copies of them, the linker takes those of one module, and then
  // a function of another module gets the wrong array (Swift 6.3.1).
  // Not `.enableExperimentalFeature`: SwiftPM would link debug builds as Embedded too, without a way to their libraries.
  .unsafeFlags(
    [
      "-enable-experimental-feature", "Embedded", "-wmo", "-Osize", "-Xfrontend", "-function-sections",
      "-Xllvm", "-sil-disable-pass=object-outliner",
    ],
    .when(configuration: .release)),
]

// `make build` makes the programs position-independent, which a run path would break, and SwiftPM sets one unless it is
// told not to.
let isHardened = Context.environment["SERVICEWRAPPER_STATIC_PIE"] != nil

// Relative to where the driver looks for libraries: lib/swift/linux of the toolchain.
#if arch(arm64)
  let unicodeTables = ":../embedded/aarch64-unknown-linux-gnu/libswiftUnicodeDataTables.a"
#else
  let unicodeTables = ":../embedded/x86_64-unknown-linux-gnu/libswiftUnicodeDataTables.a"
#endif

let staticLink: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-enable-experimental-feature", "Embedded", "-use-ld=lld", "-Xclang-linker",
      isHardened ? "-static-pie" : "-static", "-Xlinker", "--pack-dyn-relocs=relr",
      "-Xlinker", "-z", "-Xlinker", "separate-loadable-segments", "-Xlinker", "--gc-sections", "-Xlinker",
      "-s",
    ], .when(configuration: .release)),
  .linkedLibrary(unicodeTables, .when(configuration: .release)),
  .linkedLibrary("m", .when(configuration: .release)),
]

let package = Package(
  name: "servicewrapper",
  targets: [
    .target(name: "WrapperCore", swiftSettings: settings),
    .target(name: "WatcherCore", swiftSettings: settings),
    .target(name: "Formats", swiftSettings: settings),
    .target(name: "Consul", dependencies: ["Formats"], swiftSettings: settings),
    .target(name: "Engine", dependencies: ["Formats"], swiftSettings: settings),
    .target(name: "Options", dependencies: ["Formats", "Consul"], swiftSettings: settings),
    .systemLibrary(name: "CLinux"),
    .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: settings),
    .target(
      name: "Runtime", dependencies: ["Formats", "Consul", "Options", "Linux"], swiftSettings: settings),
    .executableTarget(
      name: "servicewrapper",
      dependencies: ["WrapperCore", "Formats", "Consul", "Options", "Linux", "Runtime"],
      swiftSettings: settings, linkerSettings: staticLink),
    .executableTarget(
      name: "servicewatcher",
      dependencies: ["WatcherCore", "Formats", "Consul", "Engine", "Options", "Linux", "Runtime"],
      swiftSettings: settings, linkerSettings: staticLink),
    .testTarget(name: "FormatsTests", dependencies: ["Formats", "Consul"]),
    .testTarget(name: "WrapperCoreTests", dependencies: ["WrapperCore", "Formats"]),
    .testTarget(name: "ConsulTests", dependencies: ["Consul", "Formats", "FormatsTests"]),
    .testTarget(name: "OptionsTests", dependencies: ["Options", "Consul", "Formats"]),
    .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
    .testTarget(name: "EngineTests", dependencies: ["Engine", "Formats"]),
    .testTarget(name: "WatcherCoreTests", dependencies: ["WatcherCore"]),
    .testTarget(name: "StructureTests"),
  ]
)
