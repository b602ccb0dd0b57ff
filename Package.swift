// swift-tools-version: 6.2
import PackageDescription

// The release is Embedded Swift in one static file; debug builds and tests are ordinary Swift from the same
// sources. docs/choices.md says why.
let settings: [SwiftSetting] = [
  .enableExperimentalFeature("Embedded", .when(configuration: .release)),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  // A section each, or the linker keeps every copy of what each module inlines from the others.
  .unsafeFlags(["-wmo", "-Osize", "-Xfrontend", "-function-sections"], .when(configuration: .release)),
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
    .target(name: "JSON", swiftSettings: settings),
    .target(name: "HTTP", dependencies: ["JSON"], swiftSettings: settings),
    .target(name: "Consul", dependencies: ["JSON", "HTTP"], swiftSettings: settings),
    .target(name: "Options", dependencies: ["JSON"], swiftSettings: settings),
    .systemLibrary(name: "CLinux"),
    .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "Reporting", dependencies: ["JSON", "Options", "Linux"], swiftSettings: settings),
    .target(
      name: "Clients", dependencies: ["HTTP", "Consul", "Options", "Linux", "Reporting"],
      swiftSettings: settings),
    .target(
      name: "Wrapper",
      dependencies: ["WrapperCore", "JSON", "HTTP", "Consul", "Options", "Linux", "Reporting", "Clients"],
      swiftSettings: settings),
    .executableTarget(
      name: "servicewrapper", dependencies: ["Wrapper", "Options", "Reporting"], swiftSettings: settings,
      linkerSettings: staticLink),
    .target(name: "Engine", dependencies: ["JSON", "HTTP"], swiftSettings: settings),
    .target(name: "WatcherCore", swiftSettings: settings),
    .target(
      name: "Watcher",
      dependencies: [
        "WatcherCore", "JSON", "HTTP", "Consul", "Engine", "Options", "Linux", "Reporting", "Clients",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "servicewatcher", dependencies: ["Watcher", "Options", "Reporting"], swiftSettings: settings,
      linkerSettings: staticLink),
    .testTarget(name: "WrapperCoreTests", dependencies: ["WrapperCore"]),
    .testTarget(name: "ConsulTests", dependencies: ["Consul", "HTTP", "JSON"]),
    .testTarget(name: "OptionsTests", dependencies: ["Options", "JSON"]),
    .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
    .testTarget(name: "EngineTests", dependencies: ["Engine", "JSON"]),
    .testTarget(name: "WatcherCoreTests", dependencies: ["WatcherCore"]),
    .testTarget(name: "StructureTests"),
  ]
)
