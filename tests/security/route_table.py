"""Every way in, and what guards it: addresses, commands and kinds of jobs. A new one needs a line, and a thought.

``path`` is what the way does; ``gate`` is what decides there:

* ``row``: the row and field rules of the one who asks, inside the one query path or the one save path. Every such GET
  is asked by the tests of this folder with every object, id and field, from the day it exists.
* ``model``: his grants alone; what is told is the model as far as he may know it.
* ``own``: nothing but his own account, session, token, preference or upload.
* ``admin``: an area of administration.
* ``operator``: whoever sits at the terminal holds the files; or the operator's provider, by its signature.
* ``actor``: a job works with the rights, when it runs, of the one who caused it.
* ``open``: nothing that is anybody's.
"""

from __future__ import annotations

GATES = frozenset({"row", "model", "own", "admin", "operator", "actor", "open"})
_READ = """
one list count search picker export history preview model explain file bin board calendar timeline form report
own page open account rules process inbox jobs rights
"""
_CHANGE = "create update delete restore transition bulk import file dictionary account own session share transfer merge"
READ, CHANGE = frozenset(_READ.split()), frozenset(_CHANGE.split())

_LINES = """
GET    /healthz                                             open       open
GET    /readyz                                              open       open
GET    /api/v1/me                                           own        own
GET    /api/v1/openapi.json                                 model      model
GET    /api/v1/objects                                      model      model
GET    /api/v1/objects/<object>                             model      model
POST   /api/v1/objects/<object>/preview                     preview    row
GET    /api/v1/dictionaries/<name>/items                    model      model
POST   /api/v1/dictionaries/<name>/items                    dictionary model
PATCH  /api/v1/dictionaries/<name>/items/<code>             dictionary model
DELETE /api/v1/dictionaries/<name>/items/<code>             dictionary model
POST   /api/v1/files                                        file       own
GET    /api/v1/files/<id>                                   file       row
GET    /api/v1/calendars/<calendar>                         calendar   row
GET    /api/v1/calendars/<calendar>.ics                     calendar   row
GET    /api/v1/records/<object>                             list       row
POST   /api/v1/records/<object>                             create     row
POST   /api/v1/records/<object>/bulk                        bulk       row
GET    /api/v1/records/<object>/<id>                        one        row
PATCH  /api/v1/records/<object>/<id>                        update     row
DELETE /api/v1/records/<object>/<id>                        delete     row
POST   /api/v1/records/<object>/<id>/restore                restore    row
POST   /api/v1/records/<object>/<id>/transitions/<transition> transition row
GET    /api/v1/records/<object>/<id>/history                history    row
GET    /api/v1/records/<object>/<id>/life                   history    row
GET    /api/v1/records/<object>/<id>/conversions/<conversion> one      row
POST   /api/v1/records/<object>/<id>/conversions/<conversion> create   row
POST   /api/v1/records/<object>/<id>/assignment/accept      update     row
POST   /api/v1/records/<object>/<id>/assignment/decline     update     row
GET    /api/v1/incidents                                    account    admin
POST   /api/v1/incidents/<incident>/resolve                 account    admin
GET    /api/v1/records/<object>/<id>/shares                 explain    row
POST   /api/v1/records/<object>/<id>/shares                 share      row
POST   /api/v1/records/<object>/<id>/merge                  merge      row
POST   /api/v1/records/<object>/<id>/transfer               transfer   row
GET    /api/v1/records/<object>/<id>/approvals              one        row
POST   /api/v1/records/<object>/<id>/approvals/<approval>   transition row
POST   /api/v1/records/<object>/<id>/approvals/<approval>/predict preview row
GET    /api/v1/tasks                                        own        own
GET    /api/v1/tasks/count                                  own        own
POST   /api/v1/tasks/bulk                                   own        own
GET    /api/v1/tasks/<id>                                   own        own
POST   /api/v1/tasks/<id>/<verb>                            own        own
POST   /api/v1/copies/<id>/read                             own        own
GET    /api/v1/instances/<id>                               own        own
GET    /api/v1/instances/<id>/sheet                         own        own
POST   /api/v1/instances/<id>/<verb>                        own        own
GET    /api/v1/substitutions                                own        own
POST   /api/v1/substitutions                                own        own
POST   /api/v1/substitutions/<id>/end                       own        own
GET    /api/v1/flows                                        model      model
GET    /api/v1/flows/<flow>/versions                        model      model
POST   /api/v1/flows/<flow>/versions/<version>/close        account    admin
POST   /api/v1/flows/<flow>/migrate                         account    admin
DELETE /api/v1/access/shares/<id>                           share      row
GET    /api/v1/access/explain                               explain    row
GET    /api/v1/access/effective                             explain    row
GET    /api/v1/access/employees                             account    admin
GET    /api/v1/access/accounts                              account    admin
POST   /api/v1/access/accounts                              account    admin
GET    /api/v1/access/accounts/<login>                      account    admin
PATCH  /api/v1/access/accounts/<login>                      account    admin
GET    /api/v1/access/assignments                           account    admin
PUT    /api/v1/access/assignments/<login>                   account    admin
GET    /api/v1/access/delegations                           account    own
POST   /api/v1/access/delegations                           account    own
DELETE /api/v1/access/delegations/<id>                      account    own
GET    /api/v1/access/belongings/<login>                    account    admin
POST   /api/v1/access/belongings/<login>/hand-over          transfer   admin
GET    /api/v1/access/duties                                account    admin
POST   /api/v1/access/impact                                explain    admin
GET    /api/v1/overlay                                      account    admin
GET    /api/v1/overlay/definitions/<kind>/<id>              account    admin
PUT    /api/v1/overlay/draft                                account    admin
DELETE /api/v1/overlay/draft                                account    admin
POST   /api/v1/overlay/draft/edits                          account    admin
DELETE /api/v1/overlay/draft/edits/<index>                  account    admin
GET    /api/v1/overlay/plan                                 account    admin
POST   /api/v1/overlay/apply                                account    admin
GET    /api/v1/overlay/versions                             account    admin
POST   /api/v1/overlay/versions/<version>/recall            account    admin
GET    /api/v1/charts                                       report     row
GET    /api/v1/charts/<chart>                               report     row
GET    /api/v1/datasets/<dataset>                           report     row
GET    /api/v1/records/<object>/<id>/print                  one        row
GET    /api/v1/records/<object>/<id>/print/<print>          one        row
GET    /o/<object>/<id>/print/<print>                       one        row
GET    /rules                                               rules      model
GET    /rules/words                                         rules      model
POST   /rules/check                                         rules      model
POST   /rules/complete                                      rules      model
POST   /rules/try                                           rules      row
GET    /api/v1/records/<object>/<id>/approvals              process    row
POST   /api/v1/records/<object>/<id>/approvals/<approval>   process    row
POST   /api/v1/records/<object>/<id>/approvals/<approval>/predict process    row
GET    /api/v1/flows                                        process    admin
GET    /api/v1/flows/<flow>/versions                        process    admin
POST   /api/v1/flows/<flow>/migrate                         process    admin
POST   /api/v1/flows/<flow>/versions/<version>/close        process    admin
GET    /api/v1/instances/<id>                               process    row
GET    /api/v1/instances/<id>/sheet                         process    row
POST   /api/v1/instances/<id>/<verb>                        process    row
GET    /api/v1/tasks                                        inbox      own
GET    /api/v1/tasks/count                                  inbox      own
GET    /api/v1/tasks/<id>                                   inbox      own
POST   /api/v1/tasks/<id>/<verb>                            process    own
POST   /api/v1/tasks/bulk                                   process    own
POST   /api/v1/copies/<id>/read                             inbox      own
GET    /api/v1/substitutions                                process    own
POST   /api/v1/substitutions                                process    own
POST   /api/v1/substitutions/<id>/end                       process    own
GET    /api/v1/messages                                     inbox      own
GET    /api/v1/messages/unread                              inbox      own
POST   /api/v1/messages/read                                inbox      own
GET    /api/v1/messages/preferences                         own        own
PUT    /api/v1/messages/preferences                         own        own
GET    /api/v1/jobs                                         jobs       admin
GET    /api/v1/jobs/<id>                                    jobs       admin
POST   /api/v1/jobs/<id>/cancel                             jobs       admin
POST   /api/v1/jobs/<id>/retry                              jobs       admin
GET    /api/v1/events                                       jobs       admin
GET    /api/v1/events/<id>                                  jobs       admin
GET    /api/v1/deliveries                                   jobs       admin
GET    /api/v1/webhooks                                     jobs       admin
POST   /api/v1/webhooks                                     jobs       admin
PUT    /api/v1/webhooks/<name>                              jobs       admin
DELETE /api/v1/webhooks/<name>                              jobs       admin
GET    /bell                                                inbox      own
GET    /messages                                            inbox      own
POST   /messages                                            inbox      own
GET    /messages/settings                                   own        own
POST   /messages/settings                                   own        own
GET    /jobs                                                jobs       admin
GET    /jobs/<what>/<id>                                    jobs       admin
POST   /jobs/<what>/<id>                                    jobs       admin
GET    /webhooks                                            jobs       admin
POST   /webhooks                                            jobs       admin
POST   /hooks/calls/<tenant>/<call>                         process    operator
GET    /dashboards/<dashboard>                              report     row
GET    /charts/<chart>                                      report     row
POST   /hooks/sms/<tenant>                                  process    operator
POST   /hooks/sms/<tenant>/status                           process    operator
GET    /decide/<tenant>/<token>                             process    open
POST   /decide/<tenant>/<token>                             process    own
GET    /login                                               open       open
POST   /login                                               session    own
GET    /alive                                               open       open
GET    /forms/<tenant>/<form>                               open       open
POST   /forms/<tenant>/<form>                               create     open
GET    /forms/<tenant>/<form>/<id>/<seal>                   open       open
POST   /forms/<tenant>/<form>/<id>/<seal>                   transition open
GET    /webforms                                            model      model
POST   /logout                                              session    own
POST   /preferences                                         own        own
GET    /                                                    page       own
GET    /assets/<name>                                       open       open
GET    /assets/icons/<name>.svg                             open       open
GET    /o/<object>/lookup/<field>                           picker     row
POST   /o/<object>/lookup/<field>                           picker     row
GET    /pick/<object>                                       picker     row
POST   /pick/<object>                                       picker     row
GET    /pick/+people                                        own        own
POST   /pick/+people                                        own        own
GET    /o/<object>/merge                                    form       row
POST   /o/<object>/merge                                    merge      row
GET    /search                                              search     row
GET    /menu                                                model      model
GET    /o/<object>                                          list       row
GET    /o/<object>/count                                    count      row
GET    /o/<object>/filter                                   model      model
GET    /o/<object>/filter/row                               model      model
POST   /o/<object>/columns                                  own        own
POST   /o/<object>/bulk                                     bulk       row
GET    /o/<object>/board                                    board      row
GET    /o/<object>/board/cards                              board      row
POST   /o/<object>/board/move                               update     row
GET    /o/<object>/bars                                     calendar   row
GET    /o/<object>/calendar                                 calendar   row
GET    /o/<object>/calendar/entries                         calendar   row
POST   /o/<object>/calendar/move                            update     row
GET    /charts/<chart>                                      report     row
GET    /dashboards/<dashboard>                              report     row
GET    /import                                              page       own
POST   /import                                              import     own
GET    /import/template                                     model      model
GET    /import/to/<object>/<upload>                         form       own
POST   /import/to/<object>/<upload>                         import     row
GET    /import/jobs/<job>                                   report     own
POST   /import/jobs/<job>/cancel                            import     own
GET    /import/jobs/<job>/errors                            report     own
GET    /o/<object>/export                                   export     row
GET    /o/<object>/new                                      form       row
POST   /o/<object>/new                                      create     row
POST   /o/<object>/preview                                  preview    row
GET    /o/<object>/<id>/edit                                form       row
POST   /o/<object>/<id>/edit                                update     row
GET    /files/<id>                                          file       row
GET    /o/<object>/<id>                                     one        row
GET    /o/<object>/<id>/do/<name>                           form       row
POST   /o/<object>/<id>/do/<name>                           transition row
GET    /o/<object>/<id>/delete                              form       row
POST   /o/<object>/<id>/delete                              delete     row
POST   /o/<object>/<id>/restore                             restore    row
GET    /o/<object>/<id>/why/<field>                         explain    row
GET    /o/<object>/<id>/make/<name>                         form       row
POST   /o/<object>/<id>/make/<name>                         create     row
GET    /o/<object>/<id>/timeline                            timeline   row
GET    /o/<object>/<id>/try/<name>                          preview    row
GET    /customise                                           page       admin
GET    /customise/approvals                                 form       admin
GET    /customise/approvals/<flow>                          form       admin
POST   /customise/approvals/<flow>                          account    admin
GET    /customise/approvals/<flow>/level                    form       admin
POST   /customise/approvals/<flow>/level                    account    admin
GET    /customise/approvals/<flow>/level/<step>             form       admin
POST   /customise/approvals/<flow>/level/<step>             account    admin
GET    /customise/approvals/<flow>/settings                 form       admin
POST   /customise/approvals/<flow>/settings                 account    admin
POST   /customise/approvals/<flow>/versions                 account    admin
GET    /customise/webforms                                  form       admin
GET    /customise/webforms/<form>                           form       admin
POST   /customise/webforms/<form>                           account    admin
GET    /customise/numbering                                 form       admin
GET    /customise/numbering/<rule>                          form       admin
POST   /customise/numbering/<rule>                          account    admin
GET    /customise/new-webform                               form       admin
POST   /customise/new-webform                               account    admin
GET    /customise/dictionaries                              form       admin
GET    /customise/dictionaries/new                          form       admin
POST   /customise/dictionaries/new                          account    admin
POST   /customise/dictionaries/open/<name>                  account    admin
GET    /customise/menu                                      page       admin
POST   /customise/menu                                      account    admin
GET    /customise/new-approval                              form       admin
POST   /customise/new-approval                              account    admin
GET    /customise/o/<object>                                form       admin
GET    /customise/o/<object>/check                          form       admin
POST   /customise/o/<object>/check                          account    admin
GET    /customise/o/<object>/check/<check>                  form       admin
POST   /customise/o/<object>/check/<check>                  account    admin
GET    /customise/o/<object>/fields/<field>                 form       admin
POST   /customise/o/<object>/fields/<field>                 account    admin
GET    /customise/o/<object>/form                           form       admin
POST   /customise/o/<object>/form                           account    admin
GET    /customise/o/<object>/list                           form       admin
POST   /customise/o/<object>/list                           account    admin
GET    /customise/o/<object>/new                            form       admin
POST   /customise/o/<object>/new                            account    admin
GET    /customise/overlay.yaml                              page       admin
GET    /customise/plan                                      page       admin
POST   /customise/plan                                      account    admin
GET    /customise/versions                                  page       admin
POST   /customise/versions                                  account    admin
GET    /prints                                              page       admin
GET    /prints/<print>                                      form       admin
POST   /prints/<print>                                      account    admin
POST   /prints/<print>/preview                              account    admin
POST   /prints/<print>/remove                               account    admin
GET    /profile                                             own        own
POST   /profile/password                                    account    own
POST   /profile/sessions                                    session    own
POST   /profile/tokens                                      account    own
POST   /profile/tokens/revoke                               account    own
GET    /users                                               page       admin
GET    /users/+new                                          form       admin
POST   /users/+new                                          account    admin
GET    /users/<login>                                       form       admin
POST   /users/<login>                                       account    admin
POST   /users/<login>/view-as                               session    admin
POST   /view-as/end                                         session    own
GET    /users/<login>/leave                                 rights     admin
POST   /users/<login>/leave                                 transfer   admin
GET    /users/<login>/rights                                rights     admin
GET    /o/<object>/<id>/rights                              explain    row
GET    /o/<object>/<id>/sharing                             form       row
POST   /o/<object>/<id>/sharing                             share      row
GET    /o/<object>/<id>/transfer                            form       row
POST   /o/<object>/<id>/transfer                            transfer   row
GET    /profile/delegations                                 own        own
POST   /profile/delegations                                 account    own
GET    /roles                                               model      admin
GET    /roles/changes                                       rights     admin
POST   /roles/changes                                       account    admin
GET    /roles/+export                                       rights     admin
GET    /roles/+new                                          form       admin
POST   /roles/+new                                          account    admin
GET    /roles/+rules                                        rights     admin
GET    /roles/+rules/<kind>/+new                            form       admin
POST   /roles/+rules/<kind>/+new                            account    admin
GET    /roles/+rules/<kind>/<name>                          form       admin
POST   /roles/+rules/<kind>/<name>                          account    admin
GET    /roles/<role>/edit                                   form       admin
POST   /roles/<role>/edit                                   account    admin
GET    /roles/<role>/grants/<of>                            form       admin
POST   /roles/<role>/grants/<of>                            account    admin
GET    /roles/<role>                                        model      admin
GET    /assignments                                         page       admin
GET    /assignments/<login>                                 form       admin
POST   /assignments/<login>                                 account    admin
GET    /dictionaries                                        model      model
GET    /dictionaries/<name>                                 model      model
GET    /dictionaries/<name>/new                             form       model
POST   /dictionaries/<name>/new                             dictionary model
GET    /dictionaries/<name>/items/<code>                    form       model
POST   /dictionaries/<name>/items/<code>                    dictionary model
GET    /packs                                               page       model
GET    /work                                                list       own
GET    /work/badge                                          count      own
POST   /work                                                transition row
POST   /work/copies/<id>                                    own        own
GET    /work/people                                         picker     model
POST   /work/people                                         picker     model
GET    /work/flow/<id>                                      one        row
GET    /work/flow/<id>/<verb>                               form       row
POST   /work/flow/<id>/<verb>                               transition row
GET    /work/tasks/<id>/<verb>                              form       row
POST   /work/tasks/<id>/<verb>                              transition row
GET    /o/<object>/<id>/approve/<flow>                      form       row
POST   /o/<object>/<id>/approve/<flow>                      transition row
GET    /profile/substitutions                               own        own
POST   /profile/substitutions                               account    own
GET    /api/v1/records/<object>/<id>/approvals              one        row
POST   /api/v1/records/<object>/<id>/approvals/<approval>   transition row
POST   /api/v1/records/<object>/<id>/approvals/<approval>/predict preview    row
GET    /api/v1/tasks                                        list       own
GET    /api/v1/tasks/count                                  count      own
POST   /api/v1/tasks/bulk                                   transition row
GET    /api/v1/tasks/<id>                                   one        row
POST   /api/v1/tasks/<id>/<verb>                            transition row
POST   /api/v1/copies/<id>/read                             own        own
GET    /api/v1/instances/<id>                               one        row
GET    /api/v1/instances/<id>/sheet                         one        row
POST   /api/v1/instances/<id>/<verb>                        transition row
GET    /api/v1/substitutions                                list       own
POST   /api/v1/substitutions                                account    own
POST   /api/v1/substitutions/<id>/end                       account    own
GET    /api/v1/flows                                        model      model
GET    /api/v1/flows/<flow>/versions                        model      model
POST   /api/v1/flows/<flow>/versions/<version>/close        account    admin
POST   /api/v1/flows/<flow>/migrate                         account    admin
GET    /recycle                                             bin        row
"""

ADDRESSES: dict[tuple[str, str], tuple[str, str]] = {}
for _line in _LINES.strip().splitlines():
    _method, _address, _path, _gate = _line.split()
    ADDRESSES[_method, _address] = (_path, _gate)

# the first word of a command, or the whole of it; all of them are the operator's, who holds the files
_COMMANDS = """
demo serve tenant pack overlay user token import export explain access rules workflow doctor worker scheduler jobs
"""
COMMANDS = frozenset(_COMMANDS.split())

# kinds of jobs: with whose rights they work
JOBS: dict[str, str] = {
    "import": "actor",
    "rule": "actor",
    "tidy": "operator",
    "duties": "operator",
    "archive": "operator",
}
