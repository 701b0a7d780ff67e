import Foundation
import TestKit
import Testing

/// A headless browser that is driven as the W3C WebDriver protocol says.
final class WebDriver: Sendable {
    private struct Answer<Value: Decodable>: Decodable { let value: Value }
    private struct Session: Decodable { let sessionId: String }

    private static let places = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
    private static let browsers = ["chromium", "chromium-browser", "google-chrome"]

    /// Whether there is a browser to drive.
    static var isInstalled: Bool { driver != nil && browser != nil }

    private static var driver: String? { path(of: ["chromedriver"]) }
    private static var browser: String? { path(of: browsers) }

    private static func path(of names: [String]) -> String? {
        names.flatMap { name in places.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private let port: Int
    private let session: String

    /// Starts a browser on a free port.
    private init() async throws {
        let driver = try #require(Self.driver)
        port = try await blocking { try Self.start(driver) }
        let options: [String: Any] = [
            "binary": try #require(Self.browser),
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,900",
                "--disable-dev-shm-usage",
            ],
        ]
        let wanted = ["browserName": "chrome", "goog:chromeOptions": options] as [String: Any]
        session = try await Self.call(
            port,
            "POST",
            "/session",
            ["capabilities": ["alwaysMatch": wanted]],
            as: Session.self
        ).sessionId
    }

    /// Starts a browser for `body`, and closes it whatever comes of that.
    static func browse(_ body: (WebDriver) async throws -> Void) async throws {
        let page = try await WebDriver()
        do {
            try await body(page)
        } catch {
            await page.quit()
            throw error
        }
        await page.quit()
    }

    /// Closes the browser and its driver.
    ///
    /// By request, for the server under test makes its process, and so the driver, ignore SIGTERM.
    private func quit() async {
        _ = try? await call("DELETE", "/session/\(session)", nil, as: String?.self)
        _ = try? await call("GET", "/shutdown", nil, as: String?.self)
    }

    /// Opens an address.
    func open(_ url: String) async throws {
        _ = try await call("POST", "/session/\(session)/url", ["url": url], as: String?.self)
    }

    /// Presses keys, one after the other.
    func press(_ keys: String...) async throws {
        let events = keys.flatMap { key in
            [["type": "keyDown", "value": key], ["type": "keyUp", "value": key]]
        }
        try await perform(["type": "key", "id": "keyboard", "actions": events])
    }

    /// Presses keys together: all but the last are held meanwhile.
    func chord(_ keys: String...) async throws {
        let events =
            keys.map { ["type": "keyDown", "value": $0] }
            + keys.reversed().map { ["type": "keyUp", "value": $0] }
        let source: [String: Any] = ["type": "key", "id": "keyboard", "actions": events]
        _ = try await call(
            "POST",
            "/session/\(session)/actions",
            ["actions": [source]],
            as: String?.self
        )
    }

    /// Drags the pointer from one place of the window to another, in its pixels.
    func drag(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) async throws {
        func move(_ place: (x: Double, y: Double)) -> [String: Any] {
            [
                "type": "pointerMove", "x": Int(place.x.rounded()), "y": Int(place.y.rounded()),
                "duration": 20,
            ]
        }
        let middle = (x: (start.x + end.x) / 2, y: (start.y + end.y) / 2)
        let steps: [[String: Any]] = [
            move(start), ["type": "pointerDown", "button": 0], move(middle), move(end),
            ["type": "pointerUp", "button": 0],
        ]
        try await perform(["type": "pointer", "id": "mouse", "actions": steps])
    }

    /// Presses and lets go at a place of the window.
    func click(_ place: (x: Double, y: Double)) async throws {
        try await perform([
            "type": "pointer", "id": "mouse",
            "actions": [
                [
                    "type": "pointerMove", "x": Int(place.x.rounded()),
                    "y": Int(place.y.rounded()), "duration": 0,
                ],
                ["type": "pointerDown", "button": 0], ["type": "pointerUp", "button": 0],
                // So that the next click is not the second of a pair.
                ["type": "pause", "duration": 20],
            ],
        ])
    }

    /// Turns the wheel at a place of the window.
    func wheel(at place: (x: Double, y: Double), by delta: Int) async throws {
        try await perform([
            "type": "wheel", "id": "wheel",
            "actions": [
                [
                    "type": "scroll", "x": Int(place.x.rounded()), "y": Int(place.y.rounded()),
                    "deltaX": 0, "deltaY": delta, "duration": 0, "origin": "viewport",
                ]
            ],
        ])
    }

    private func perform(_ source: [String: Any]) async throws {
        _ = try await call(
            "POST",
            "/session/\(session)/actions",
            ["actions": [source]],
            as: String?.self
        )
    }

    /// Shows the page in a window of `width` by `height`, `zoom` times as large, in a theme, or in forced colours.
    func look(
        width: Int,
        height: Int,
        zoom: Double = 1,
        theme: String,
        isForced: Bool = false
    ) async throws {
        let metrics: [String: Any] = [
            "width": Int(Double(width) / zoom), "height": Int(Double(height) / zoom),
            "deviceScaleFactor": zoom, "mobile": false,
        ]
        try await devTools("Emulation.setDeviceMetricsOverride", metrics)
        let features = [
            ["name": "prefers-color-scheme", "value": theme],
            ["name": "forced-colors", "value": isForced ? "active" : "none"],
        ]
        try await devTools("Emulation.setEmulatedMedia", ["features": features])
    }

    private func devTools(_ command: String, _ parameters: [String: Any]) async throws {
        struct Nothing: Decodable {}
        _ = try await call(
            "POST",
            "/session/\(session)/goog/cdp/execute",
            ["cmd": command, "params": parameters],
            as: Nothing?.self
        )
    }

    /// Keeps a picture of the page, to be looked at: `.build/screenshots/NAME.png`.
    func keep(_ name: String) async throws {
        // Nothing is to be half faded in.
        try await wait(
            until: "document.getAnimations().every((one) => one.playState !== 'running')"
        )
        let text = try await call("GET", "/session/\(session)/screenshot", nil, as: String.self)
        let png = try #require(Data(base64Encoded: text))
        let folder = Fixtures.packageRoot.appending(path: ".build/screenshots")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try png.write(to: folder.appending(path: "\(name).png"))
    }

    /// Loads the page anew.
    func reload() async throws {
        _ = try await call("POST", "/session/\(session)/refresh", [:], as: String?.self)
    }

    /// What the body of a function returns, or what its promise comes to.
    func run(_ body: String) async throws -> String {
        try await call(
            "POST",
            "/session/\(session)/execute/sync",
            ["script": body, "args": []],
            as: String.self
        )
    }

    /// What the script returns.
    func evaluate(_ script: String) async throws -> String {
        try await call(
            "POST",
            "/session/\(session)/execute/sync",
            ["script": "return String(\(script))", "args": []],
            as: String.self
        )
    }

    /// Waits until the expression is true in the page, as long as a busy machine may take.
    func wait(until condition: String) async throws {
        let script = """
            const done = arguments[0], end = Date.now() + 25000;
            const look = () => {
              let is = false;
              try { is = Boolean(\(condition)); } catch {}
              if (is || Date.now() > end) done(is); else setTimeout(look, 10);
            };
            look();
            """
        let isMet = try await call(
            "POST",
            "/session/\(session)/execute/async",
            ["script": script, "args": []],
            as: Bool.self
        )
        let page = isMet ? "" : try await evaluate("document.body.innerText")
        try #require(isMet, "\(condition), but the page says: \(page)")
    }

    private func call<Value: Decodable>(
        _ method: String,
        _ path: String,
        _ body: [String: Any]?,
        as type: Value.Type
    ) async throws -> Value {
        try await Self.call(port, method, path, body, as: type)
    }

    private static func call<Value: Decodable>(
        _ port: Int,
        _ method: String,
        _ path: String,
        _ body: [String: Any]?,
        as type: Value.Type
    ) async throws -> Value {
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let headers = ["Host": "127.0.0.1:\(port)", "Content-Type": "application/json"]
        let answer = try await blocking {
            try HTTPExchange(method, path, port: port, headers: headers, body: Array(data))
        }
        try #require(answer.status == 200, "the driver says: \(answer.text)")
        return try answer.json(Answer<Value>.self).value
    }

    /// Starts a driver and tells its port.
    ///
    /// A driver takes a port that is free for one address family and ends where the other has it in
    /// use, as it may in a run with thousands of connections; then another is started.
    private static func start(_ driver: String) throws -> Int {
        var said = ""
        for _ in 0..<20 {
            let process = Process()
            process.executableURL = URL(filePath: driver)
            process.arguments = ["--port=0"]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            var text = ""
            while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
                text += String(decoding: data, as: UTF8.self)
                if let match = text.firstMatch(of: /successfully on port (\d+)/),
                    let port = Int(match.1)
                {
                    return port
                }
            }
            said = text
            guard text.contains("port not available") else { break }
        }
        throw DriverEnded(said: said)
    }

    private struct DriverEnded: Error { let said: String }
}
