import Curation
import CurationCore
import ReviewServer
import Testing

@Suite struct IssueRoutesTests {
    @Test func `issues are counted, and listed in pages`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
                try await server.send("GET", "/api/v1/\(path)", headers: headers).json(type)
            }
            let overview = try await get("issues", as: IssueOverview.self)
            #expect(overview.kinds.first?.spare == 3)
            let page = try await get("issues/dark?limit=2", as: IssuePage.self)
            #expect(page.items.compactMap(\.image?.id) == [8, 9] && page.next == "9")
            let copies = try await get("duplicates?kind=exact&limit=1", as: DuplicatePage.self)
            #expect(copies.count == 2 && copies.items[0].members.map(\.image.id) == [1, 2, 3])
            for path in ["issues/nothing", "duplicates?kind=odd", "issues/dark?limit=x"] {
                let answer = try await server.send("GET", "/api/v1/\(path)", headers: headers)
                #expect([400, 404].contains(answer.status), "\(path)")
            }
        }
    }

    @Test func `pictures are taken out once for each request, all copies only as counted`()
        async throws
    {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            func post(_ json: String) async throws -> HTTPExchange {
                try await server.send(
                    "POST",
                    "/api/v1/membership",
                    headers: headers,
                    json: json
                )
            }
            for _ in 0..<2 {
                let report = try await post(#"{"id":"m-1","images":[8,9],"present":false}"#)
                    .json(ActReport.self)
                #expect(report == ActReport(batch: "b-1", changed: 2))
            }
            #expect(try await post(#"{"id":"m-1","images":[8],"present":false}"#).status == 409)
            #expect(try await post(#"{"id":"","images":[8],"present":false}"#).status == 400)
            let copies = #"{"id":"m-2","duplicates":"exact","present":false,"expected_count":"#
            #expect(try await post(copies + "9}").status == 409)
            #expect(try await post(copies + "3}").json(ActReport.self).changed == 3)
            #expect(server.backend.history.removed == [2, 3, 5, 8, 9])
            for json in [
                #"{"id":"m-3","present":false}"#,
                #"{"id":"m-4","duplicates":"near","present":true}"#,
                #"{"id":"m-5","images":[1],"duplicates":"near","present":false}"#,
                #"{"id":"m-6","images":[1],"duplicates":null,"present":false}"#,
                #"{"id":"m-7","images":null,"duplicates":"near","present":false}"#,
                #"{"id":"m-8","images":[1],"present":false,"expected_count":null}"#,
            ] {
                #expect(try await post(json).status == 400, "\(json)")
            }
        }
    }

    @Test func `progress comes with and without its tables`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let path = "/api/v1/progress"
            let whole = try await server.send("GET", path, headers: headers)
                .json(ReviewProgress.self)
            #expect(whole.reviewers?.first?.agreement == 0.9)
            #expect(whole.status.pending == 5 && whole.eta == 3600 * 5 / 1240)
            let short = try await server.send("GET", "\(path)?detail=false", headers: headers)
            #expect(!short.text.contains("by_class") && short.text.contains("\"rate\":1240"))
            let wrong = try await server.send("GET", "\(path)?detail=no", headers: headers)
            #expect(wrong.status == 400)
        }
    }
}
