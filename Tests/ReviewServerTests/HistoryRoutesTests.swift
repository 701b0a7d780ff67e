import Curation
import CurationCore
import ReviewServer
import Testing

@Suite struct HistoryRoutesTests {
    private struct Refused: Decodable { let code: String }

    @Test func `versions, differences and conflicts come in pages`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
                try await server.send("GET", "/api/v1/\(path)", headers: headers).json(type)
            }
            let log = try await get("versions?limit=1", as: VersionLog.self)
            #expect(log.items.map(\.message) == ["third pass"])
            #expect(log.working.conflicts == 5 && log.branches.map(\.branch) == ["main"])
            let next = try #require(log.next)
            let older = try await get("versions?limit=1&cursor=\(next)", as: VersionLog.self)
            #expect(older.items.map(\.message) == ["first pass"] && older.next == nil)

            let page = try await get("diff?a=v1&b=main&limit=3", as: DiffPage.self)
            #expect(page.summary.images == 4 && page.items.map(\.image.id) == [1, 2, 3])
            let rest = try await get(
                "diff?a=v1&b=main&limit=3&cursor=\(try #require(page.next))",
                as: DiffPage.self
            )
            #expect(rest.items.map(\.image.id) == [4])
            let gone = try await get("diff?a=v1&b=main&from=hat&to=", as: DiffPage.self)
            #expect(gone.matching == 1)

            let conflicts = try await get("conflicts?limit=2&cursor=1", as: ConflictPage.self)
            #expect(conflicts.items.map(\.id) == [2, 3] && conflicts.next == "3")
            #expect(conflicts.classes.map(\.count) == [3, 2])
        }
    }

    @Test func `a side is taken in one conflict, in a class, and taken back`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            func post(_ path: String, _ json: String) async throws -> HTTPExchange {
                try await server.send("POST", "/api/v1/\(path)", headers: headers, json: json)
            }
            let early = try await post("versions", #"{"message":"too early"}"#)
            #expect(early.status == 409)
            #expect(try early.json(Refused.self).code == "unfinished")
            let one = try await post("conflicts/2", #"{"take":"theirs"}"#).json(ActReport.self)
            #expect(one == ActReport(batch: "b-1", changed: 1))
            #expect(try await post("conflicts/2", #"{"take":"ours"}"#).status == 409)
            let many = try await post("conflicts", #"{"take":"ours","class":"hat"}"#)
                .json(ActReport.self)
            #expect(many.changed == 2)
            let back = try await post("batches/b-2/undo", "{}").json(ActReport.self)
            #expect(back.changed == 2)
            #expect(server.backend.history.taken == [2: .theirs])
            _ = try await post("conflicts", #"{"take":"base"}"#)
            let made = try await post("versions", #"{"message":"  joined "}"#)
                .json(VersionLog.Entry.self)
            #expect(made.message == "joined")
            #expect(server.backend.history.messages.last == "joined")
            struct Restored: Decodable { let version: VersionLog.Entry? }
            let past = try #require(made.parents.first).hex
            for isNew in [true, false] {
                let name =
                    isNew ? past : MemoryHistory.id(server.backend.history.messages.last ?? "").hex
                let restored = try await post("versions/restore", #"{"version":"\#(name)"}"#)
                    .json(Restored.self)
                #expect((restored.version != nil) == isNew)
            }
        }
    }

    @Test func `what cannot be used is refused with a remedy`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let requests = [
                ("GET", "versions?limit=0", "", 400), ("GET", "versions?cursor=x", "", 400),
                ("GET", "diff?a=v1", "", 400), ("GET", "diff?a=nothing&b=main", "", 404),
                ("GET", "diff?a=v1&b=main&cursor=x", "", 400),
                ("GET", "conflicts?limit=5000", "", 400), ("GET", "images/99/history", "", 404),
                ("GET", "annotations/a-1/why", "", 404),
                ("GET", "annotations/\(MemoryHistory.keptBack)/why", "", 409),
                ("POST", "versions", #"{"message":"  "}"#, 400),
                ("POST", "conflicts/x", #"{"take":"ours"}"#, 409),
                ("POST", "conflicts", #"{"take":"nobody"}"#, 400),
                ("POST", "restore", #"{"version":"v1","image":99}"#, 404),
                ("POST", "versions/restore", #"{"version":"v1"}"#, 409),
                ("POST", "versions/restore", #"{"image":1}"#, 400),
                ("POST", "batches/b-77/undo", "{}", 404),
                ("POST", "batches/b-77/undo", "", 404),
                ("POST", "batches/b-77/undo", "[]", 400), ("POST", "batches/b-77/redo", "7", 400),
                ("POST", "batches/b-77/redo", "{", 400),
                ("POST", "batches/b-77/undo", "null", 400),
            ]
            for (method, path, json, status) in requests {
                let answer = try await server.send(
                    method,
                    "/api/v1/\(path)",
                    headers: headers,
                    json: json
                )
                #expect(answer.status == status, "\(method) \(path): \(answer.text)")
                #expect(answer.text.contains("\"remedy\":"), "\(path)")
            }
        }
    }
}
