import pytest,time
from servicedesk_core.faces import boards
class T:
    def line(self,t="",style=""): print(t)
    def table(self,c,r,**k):
        print(c)
        for x in r: print("  ",x)
    def rows(self,row,found,**k):
        for x in found: print("  ",x)
@pytest.mark.parametrize("name",["daily","weekly"])
async def test_x(of,name):
    t=time.time()
    b=await getattr(of("ana").report,name)()
    boards.show(T(),b)
    h=boards.html(b)
    print(len(h), time.time()-t)
