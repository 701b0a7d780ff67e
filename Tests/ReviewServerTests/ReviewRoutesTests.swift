import CurationCore
import ReviewServer
import Testing

@Suite struct ReviewRoutesTests {
    private struct Items: Decodable { let items: [ReviewItem] }
    private struct Results: Decodable { let results: [SubmissionResult] }
    private struct Undone: Decodable { let undone: [UndoneReview] }
    private struct Renewal: Decodable {
        let expires: [String: String]
        let lost: [String]
    }
    private struct Dataset: Decodable {
        struct Counts: Decodable { let images: Int }
        let name: String
        let key: String
        let reviewer: String
        let counts: Counts
    }

    private static func decision(_ item: ReviewItem, id: String) -> String {
        #"{"decisions":[{"id":"\#(id)","item":"\#(item.item)","lease":"\#(item.lease)","#
            + #""reviewer":"r1","decision":"accept","label":"shoes","except":[3]}]}"#
    }

    @Test func `a decision sent twice counts once, another one is a conflict`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let item = try #require(
                try await server.send("GET", "/api/v1/queue/next?limit=2", headers: headers)
                    .json(Items.self).items.first
            )
            var statuses: [SubmissionResult.Status] = []
            for id in ["d-1", "d-1", "d-2"] {
                let answer = try await server.send(
                    "POST",
                    "/api/v1/decisions",
                    headers: headers,
                    json: Self.decision(item, id: id)
                )
                statuses += try answer.json(Results.self).results.map(\.status)
            }
            #expect(statuses == [.decided, .repeated, .conflict])
            #expect(server.backend.decided[item.item]?.except == [3])
        }
    }

    @Test func `nobody decides as somebody else`() async throws {
        try await TestServer.run(reviewers: ["r1", "r2"]) { server in
            let first = try await server.signedIn()
            let second = try await server.signedIn(as: "r2")
            let item = try #require(
                try await server.send("GET", "/api/v1/queue/next?limit=1", headers: second)
                    .json(Items.self).items.first
            )
            let decision = Self.decision(item, id: "d-1")
            let refused = try await server.send(
                "POST",
                "/api/v1/decisions",
                headers: second,
                json: decision
            )
            #expect(refused.status == 403)
            #expect(refused.text.contains("foreign-reviewer"))
            #expect(server.backend.submissions == 0)
            let taken = try await server.send(
                "POST",
                "/api/v1/decisions",
                headers: first,
                json: decision
            )
            #expect(taken.status == 200)
            for (headers, name) in [(first, "r1"), (second, "r2")] {
                let dataset = try await server.send("GET", "/api/v1/dataset", headers: headers)
                    .json(Dataset.self)
                #expect(dataset.reviewer == name)
            }
        }
    }

    @Test func `undo offers the item again`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let next = "/api/v1/queue/next?limit=1"
            let item = try await server.send("GET", next, headers: headers).json(Items.self).items[
                0
            ]
            _ = try await server.send(
                "POST",
                "/api/v1/decisions",
                headers: headers,
                json: Self.decision(item, id: "d-1")
            )
            let undone = try await server.send(
                "POST",
                "/api/v1/undo",
                headers: headers,
                json: #"{"steps":1}"#
            )
            #expect(try undone.json(Undone.self).undone.map(\.item) == [item.item])
            let again = try await server.send("GET", next, headers: headers).json(Items.self).items[
                0
            ]
            #expect(again.item == item.item)
        }
    }

    @Test func `leases are renewed, lost ones are named, given back ones are free`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            _ = try await server.send("GET", "/api/v1/queue/next?limit=1", headers: headers)
            let leases = #"{"leases":["lease-r-1","lease-gone"]}"#
            let renew = "/api/v1/leases/renew"
            let first = try await server.send("POST", renew, headers: headers, json: leases)
                .json(Renewal.self)
            #expect(Array(first.expires.keys) == ["lease-r-1"])
            #expect(first.lost == ["lease-gone"])
            let release = "/api/v1/leases/release"
            let released = try await server.send("POST", release, headers: headers, json: leases)
                .status
            #expect(released == 204)
            let second = try await server.send("POST", renew, headers: headers, json: leases)
                .json(Renewal.self)
            #expect(second.lost == ["lease-r-1", "lease-gone"])
        }
    }

    @Test func `the data set says who decides`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let dataset = try await server.send("GET", "/api/v1/dataset", headers: headers)
                .json(Dataset.self)
            #expect(dataset.name == "clothing")
            #expect(dataset.reviewer == "r1")
            #expect(dataset.counts.images == 10)
        }
    }

    @Test func `a picture is sent once and then known by its tag`() async throws {
        try await TestServer.run { server in
            var headers = try await server.signedIn()
            let key = try await server.send("GET", "/api/v1/dataset", headers: headers)
                .json(Dataset.self).key
            for path in ["/d/\(key)/thumbs/1/320.jpg", "/api/v1/images/1/pixels?w=512"] {
                headers["If-None-Match"] = nil
                let answer = try await server.send("GET", path, headers: headers)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "image/jpeg")
                headers["If-None-Match"] = answer.headers["etag"]
                let again = try await server.send("GET", path, headers: headers).status
                #expect(again == 304)
            }
        }
    }

    @Test func `what cannot be used is refused with a remedy`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let gets = [
                ("/api/v1/queue/next?limit=0", 400), ("/api/v1/queue/next?limit=x", 400),
                ("/api/v1/images/99", 404), ("/api/v1/images/x", 404),
                ("/api/v1/images/1/pixels?w=100000", 400), ("/d/other/thumbs/1/320.jpg", 404),
                ("/api/v1/nothing", 404), ("/..%2fPackage.swift", 404),
            ]
            for (path, status) in gets {
                let answer = try await server.send("GET", path, headers: headers)
                #expect(answer.status == status, "\(path)")
                #expect(answer.text.contains("\"remedy\":"), "\(path)")
            }
            for json in ["", "{}", "[", #"{"decisions":[{"item":"r-1"}]}"#] {
                let answer = try await server.send(
                    "POST",
                    "/api/v1/decisions",
                    headers: headers,
                    json: json
                )
                #expect(answer.status == 400, "\(json)")
            }
            #expect(server.backend.submissions == 0)
        }
    }
}
