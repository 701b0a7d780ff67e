import CurationCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of what a reviewer has chosen: theme, keys, widths of panels.
struct SettingsRoutes: Sendable {
    let files: SettingsFiles

    func add(to router: Router<ReviewContext>) {
        router.get("api/v1/me/settings") { _, context in
            let kept = files.read(context.reviewer)
            return Response.bytes(kept ?? Array("{}".utf8), type: "application/json")
        }
        router.put("api/v1/me/settings") { request, context in
            try files.keep(try await settings(of: request), of: context.reviewer)
            return Response(status: .noContent)
        }
    }

    /// The settings as they came, but for the order of their names.
    private func settings(of request: Request) async throws -> [UInt8] {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: SettingsFiles.largest)
        } catch is NIOTooManyBytesError {
            throw RequestRefusal.invalid("Settings have at most 16 KB.")
        }
        let data = Data(body.readableBytesView)
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw RequestRefusal.invalid("Settings are one JSON object.")
        }
        // To the decoder null is as good as nothing.
        for name in KnownSettings.CodingKeys.allCases where object[name.rawValue] is NSNull {
            throw RequestRefusal.invalid("\(name.rawValue) must not be null.")
        }
        do {
            try JSONDecoder().decode(KnownSettings.self, from: data).check()
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch {
            throw RequestRefusal.invalid("A setting cannot be read: \(error)")
        }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = Array(try JSONSerialization.data(withJSONObject: object, options: options))
        guard bytes.count <= SettingsFiles.largest else {
            throw RequestRefusal.invalid("Settings have at most 16 KB.")
        }
        return bytes
    }
}

/// The settings that mean something to this version; others are kept as they are.
private struct KnownSettings: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable { case theme, keymap, letters, panels }
    enum Theme: String, Decodable { case light, dark }

    let theme: Theme?
    /// The keys of an action, by `scope.action`.
    let keymap: [String: [String]]?
    /// Whether keys of one letter act.
    let letters: Bool?
    /// The width of each panel in pixels.
    let panels: [String: Double]?

    func check() throws(RequestRefusal) {
        for keys in (keymap ?? [:]).values where keys.count > 20 {
            throw .invalid("An action has at most 20 keys.")
        }
        for width in (panels ?? [:]).values where !(0...10_000).contains(width) {
            throw .invalid("A panel is 0 to 10,000 pixels wide.")
        }
    }
}
