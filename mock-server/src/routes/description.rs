//! What each served operation takes and answers, for the OpenAPI description: one row per operation of the routes
//! table, whose schemas stand in `schemas.json`.

use super::Version;

/// Replies by status and the name of their schema; `[]` before the name stands for an array of it.
pub(super) type Replies = &'static [(u16, &'static str)];

/// What is said of an operation besides its route.
#[derive(Debug)]
pub(super) struct Description {
    /// The operation's name, as in the routes table.
    pub(super) operation: &'static str,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    /// The names of its query parameters; `x[]` stands for the four bounds of a range.
    pub(super) query: &'static [&'static str],
    /// The schema of its body.
    pub(super) body: Option<&'static str>,
    replies: [Replies; 2],
    errors: [&'static [u16]; 2],
}

impl Description {
    /// What it answers when it does what it is asked.
    pub(super) fn replies(&self, version: Version) -> Replies {
        self.replies[usize::from(version == Version::V2)]
    }

    /// The statuses of its refusals, besides those that every operation has.
    pub(super) fn errors(&self, version: Version) -> &'static [u16] {
        self.errors[usize::from(version == Version::V2)]
    }

    const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    const fn body(self, schema: &'static str) -> Self {
        Self { body: Some(schema), ..self }
    }

    const fn v2(self, replies: Replies) -> Self {
        Self { replies: [self.replies[0], replies], ..self }
    }

    const fn v2_errors(self, errors: &'static [u16]) -> Self {
        Self { errors: [self.errors[0], errors], ..self }
    }
}

/// What the operation of this name takes and answers.
pub(super) fn of(operation: &str) -> Option<&'static Description> {
    DESCRIPTIONS.iter().find(|description| description.operation == operation)
}

/// An operation that answers and refuses alike in both versions.
const fn op(
    operation: &'static str,
    summary: &'static str,
    replies: Replies,
    errors: &'static [u16],
) -> Description {
    Description {
        operation,
        summary,
        query: &[],
        body: None,
        replies: [replies, replies],
        errors: [errors, errors],
    }
}

const DONE: Replies = &[(200, "Success")];
const TAKEN: Replies = &[(200, "Nothing")];
const ACCEPTED: Replies = &[(202, "Accepted")];
const PAGE: &[&str] = &["page", "per_page"];

pub(super) const DESCRIPTIONS: &[Description] = &[
    op("addContact", "Creates a contact, or changes the one that the body identifies", WRITTEN, &[422])
        .v2(&[(200, "ContactWritten"), (201, "ContactWritten")])
        .body("ContactBody"),
    op(
        "getContacts",
        "Lists contacts; any attribute's key filters, too",
        &[(200, "[]ContactV1")],
        &[404, 422, 501],
    )
    .v2(&[(200, "[]ContactV2")])
    .query(&["email", "page", "per_page", "sort_by", "sort_dir", "return_count"]),
    op("getsinglecontact", "Reads a contact", &[(200, "ContactV1")], &[404]).v2(&[(200, "ContactV2")]),
    op("updateContacts", "Changes a contact, and never creates one", DONE, &[404, 422]).body("ContactBody"),
    op("deletesinglecontact", "Removes a contact, with its activities and orders", DONE, &[404]),
    op("unsubscribecontact", "Unsubscribes a contact from one channel", DONE, &[404, 422]).query(&["mcID"]),
    op("mergecontacts", "Starts a job that makes one contact of two", &[(201, "MergeStarted")], &[422])
        .body("MergeBody"),
    op("splitContact", "Always refused: no account of the mock can split contacts", &[], &[]).body("AnyBody"),
    op("addActivity", "Stores an activity of a contact that exists", DONE, &[422])
        .v2(&[(201, "Success")])
        .v2_errors(&[])
        .body("ActivityBody"),
    op("getActivityList", "Lists activities, oldest first", &[(200, "[]Activity")], &[404, 422])
        .v2(&[(200, "Activities")])
        .query(&[
            "time[]",
            "action",
            "email",
            "mcID",
            "mdtID",
            "page",
            "per_page",
            "sort_dir",
            "return_count",
            "contactFields",
        ]),
    op("getLists", "Lists the account's lists", &[(200, "[]List")], &[404]).query(&["name"]),
    op("addList", "Creates a list", &[(200, "ListCreated")], &[422]).body("ListBody"),
    op("getlist", "Reads a list", &[(200, "List")], &[404]),
    op("updatelist", "Changes a list; the reply is an array of one", &[(200, "[]List")], &[404, 422])
        .body("ListBody"),
    op("deletelist", "Removes a list; its members stay", DONE, &[404]),
    op("getlistcount", "Reads a list with the number of its members", &[(200, "List")], &[404]),
    op("clearlist", "Removes all members from a list", &[(200, "ListCreated")], &[404]),
    op(
        "getListAccountAttributes",
        "Lists the attributes: an array in v1, by key in v2",
        &[(200, "[]Attribute")],
        &[404, 422],
    )
    .v2(&[(200, "AttributesByKey")])
    .query(&["type", "indexed"]),
    op("addattribute", "Creates an attribute", DONE, &[422]).body("AttributeBody"),
    op("getAttribute", "Reads an attribute", &[(200, "Attribute")], &[404, 422]),
    op("updateAttribute", "Changes an attribute's name, bounds and options", DONE, &[404, 422])
        .body("AttributeBody"),
    op("deleteattribute", "Removes an attribute, and its values from every contact", DONE, &[404]),
    op("savecartcontact", "Puts a cart in the place of the contact's", DONE, &[404, 422]).body("CartBody"),
    op("updatecartcontact", "Puts a cart in the place of one that is there", DONE, &[404, 422])
        .body("CartBody"),
    op("clearcartcontact", "Removes the contact's cart", DONE, &[404, 422]),
    op("addproducttocartcontact", "Adds an item to the cart", &[(200, "Item")], &[404, 422]).body("ItemBody"),
    op("removeproducttocartcontact", "Takes a product out of the cart", DONE, &[404, 422]),
    op("removeproducttocartqtyonlycontact", "Takes some of a product out of the cart", DONE, &[404, 422]),
    op("removeproducttocartqtycontact", "Takes some of one variant out of the cart", DONE, &[404, 422]),
    op(
        "createImportJob",
        "Starts an import of contacts from a file of the account's state",
        &[(201, "ImportStarted")],
        &[406, 501],
    )
    .body("ImportBody"),
    op("getjobs", "Lists jobs, the newest first", &[(200, "[]Job")], &[404, 422]).query(&[
        "jobName",
        "status",
        "times[start][]",
        "times[end][]",
        "page",
        "per_page",
        "include",
    ]),
    op("getsinglejob", "Reads a job", &[(200, "Job")], &[404, 422]).query(&["fields", "include"]),
    op("addorders", "Stores an order, and what it tells about products", DONE, &[422]).body("OrderBody"),
    op("getorders", "Lists orders", &[(200, "[]Order")], &[404, 422]).query(&[
        "cID",
        "email",
        "purchaseDate",
        "purchaseDate[]",
        "fields",
        "page",
        "per_page",
        "sort_by",
        "sort_dir",
        "return_count",
    ]),
    op("getorder", "Reads an order", &[(200, "Order")], &[404]).query(&["fields"]),
    op("updateorder", "Replaces what is sent of an order", DONE, &[404, 422]).body("OrderBody"),
    op("deleteorder", "Removes an order", DONE, &[404]),
    op("addproducts", "Creates a product, or changes the one with this productID", PRODUCT_WRITTEN, &[422])
        .v2(&[(200, "Written"), (201, "Written")])
        .body("ProductBody"),
    op("getproducts", "Lists products", &[(200, "[]Product")], &[404, 422])
        .v2_errors(&[422])
        .query(&["fields", "page", "per_page", "sort_by", "sort_dir"]),
    op("getproduct", "Reads a product", &[(200, "Product")], &[404]).query(&["fields"]),
    op("updateproducts", "Changes a product", DONE, &[404, 422]).body("ProductBody"),
    op("deleteproducts", "Removes a product", DONE, &[404]),
    op("addsupplement", "Creates a supplement: a table of the account's own", DONE, &[422])
        .body("SupplementBody"),
    op("getsupplements", "Lists supplements", &[(200, "[]Supplement")], &[404, 422]).query(PAGE),
    op("getsupplement", "Reads a supplement", &[(200, "Supplement")], &[404]).query(&["fields"]),
    op("updatesupplement", "Changes a supplement; an index keeps its type", DONE, &[404, 422])
        .body("SupplementBody"),
    op("deletesupplements", "Removes a supplement with its records", DONE, &[404, 422]),
    op("clearsupplement", "Removes a supplement's records", DONE, &[404]),
    op("getsupplementrecords", "Lists the records of a supplement", &[(200, "[]Record")], &[404, 422])
        .query(&["fields", "page", "per_page", "sort_by", "sort_dir", "return_count"]),
    op("addsupplementrecord", "Stores a record", &[(201, "Written")], &[404, 422]).body("RecordBody"),
    op("getsupplementrecord", "Reads a record", &[(200, "Record")], &[404, 422]),
    op("updatesupplementrecord", "Changes a record", DONE, &[]).body("RecordBody"),
    op("deletesupplementrecord", "Removes a record", DONE, &[404, 422]),
    op("health", "Says that the service is there", &[(200, "Text")], &[]),
    op("listIntegrations", "Lists the account's integrations: one or none", &[(200, "[]Integration")], &[]),
    op("createSegmentIntegration", "Creates the config of the Segment integration", DONE, &[422])
        .body("IntegrationBody"),
    op("updateSegmentIntegration", "Replaces the config of the Segment integration", DONE, &[404, 422])
        .body("IntegrationBody"),
    op("segmentEvent", "Takes a Segment event of any of the four types", TAKEN, &[404, 422])
        .body("SegmentEvent"),
    op("segmentIdentify", "Takes an identify: creates or changes a contact", TAKEN, &[422])
        .body("SegmentEvent"),
    op("segmentGroup", "Takes a group: puts a contact on a list", TAKEN, &[404, 422]).body("SegmentEvent"),
    op("segmentTrack", "Takes a track: stores an activity", TAKEN, &[404, 422]).body("SegmentEvent"),
    op("segmentPage", "Takes a page: stores a page view", TAKEN, &[404, 422]).body("SegmentEvent"),
    op("checkAuth", "Says that the key is good", TAKEN, &[]),
    op("upsertContact", "Creates or changes a contact", TAKEN, &[422]).body("IngestContact"),
    op("createContactactivity", "Stores an activity, and creates its contact", TAKEN, &[422])
        .body("IngestActivity"),
    op("addContactToList", "Puts a contact on a list, and creates both", TAKEN, &[422]).body("IngestList"),
    op("removeContactFromList", "Takes a contact off a list", TAKEN, &[422]).body("IngestList"),
    op("addProductToCart", "Adds an item to a contact's cart", ACCEPTED, &[422]).body("IngestItem"),
    op("removeProductFromCart", "Takes a product out of a contact's cart", ACCEPTED, &[422])
        .body("IngestItem"),
    op("upsertOrder", "Creates or changes an order", ACCEPTED, &[422]).body("IngestOrder"),
    op("mergeContacts", "Makes one contact of two", ACCEPTED, &[422]).body("IngestMerge"),
];

const WRITTEN: Replies = &[(200, "ContactWritten")];
const PRODUCT_WRITTEN: Replies = &[(200, "Written")];
